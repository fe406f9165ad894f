import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import type { ArtifactService } from './artifact-service.ts';
import {
  type UploadJob,
  type UploadMessage,
  uploadMessageSchema,
} from './upload-message.ts';

const MAX_HEAP_MEGABYTES = 512;
const MAX_SHOWN_LINES = 100;

export interface UploadRequest extends Omit<UploadJob, 'kind' | 'origin'> {
  readonly service: ArtifactService;
  /** Shows a line of the client to whoever watches; not redacted yet. */
  readonly print: (line: string) => void;
}

/** What the service says that it keeps, asked after the upload. */
export type KeptArtifact = Extract<
  UploadMessage,
  { readonly kind: 'kept' | 'unconfirmed' }
>;

export type UploadResult =
  | (Extract<UploadMessage, { readonly kind: 'uploaded' }> & {
      readonly kept: KeptArtifact;
    })
  | Extract<UploadMessage, { readonly kind: 'failed' }>;

/**
 * Uploads files as one artifact. The client of the service prints addresses
 * that hold signatures, throws out of callbacks, waits as it pleases, and
 * refuses forges by a variable of the environment: it runs in a thread with an
 * environment of its own, that is heard and ended from here.
 */
export async function uploadArtifact(
  request: UploadRequest,
): Promise<UploadResult> {
  const worker = await startWorker(request);
  showLines(worker, request.print);
  try {
    return await follow(worker, request.service.timeoutMs);
  } finally {
    await worker.terminate();
  }
}

async function startWorker(request: UploadRequest): Promise<Worker> {
  const { service, print: _, ...asked } = request;
  const { UPLOAD_WORKER } = await import('./upload-worker.ts');
  const job: UploadJob = {
    ...asked,
    kind: 'apply-gates-upload',
    origin: service.origin,
  };
  return new Worker(UPLOAD_WORKER, {
    workerData: job,
    env: service.env,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MEGABYTES },
  });
}

/** Its commands to the runner are not passed on: they hold signed addresses. */
function showLines(worker: Worker, print: (line: string) => void): void {
  let shown = 0;
  worker.stderr.resume();
  createInterface({ input: worker.stdout }).on('line', (line) => {
    if (line.startsWith('::') || line === '') return;
    shown += 1;
    if (shown <= MAX_SHOWN_LINES) print(line);
  });
}

function follow(worker: Worker, timeoutMs: number): Promise<UploadResult> {
  return new Promise((settle) => {
    let sent: Extract<UploadMessage, { readonly kind: 'uploaded' }> | undefined;
    const end = (message: string) => {
      clearTimeout(timer);
      settle(
        sent
          ? { ...sent, kept: { kind: 'unconfirmed', message } }
          : { kind: 'failed', message },
      );
    };
    const timer = setTimeout(
      () => end(`it did not end within ${timeoutMs} ms`),
      timeoutMs,
    );
    worker.on('error', (error) => end(String(error)));
    worker.on('exit', () => end('the client ended without an answer'));
    worker.on('message', (value: unknown) => {
      const message = uploadMessageSchema.safeParse(value);
      if (!message.success) {
        end('the service answered something that makes no sense');
      } else if (message.data.kind === 'failed') {
        end(message.data.message);
      } else if (message.data.kind === 'uploaded') {
        sent = message.data;
      } else if (sent) {
        clearTimeout(timer);
        settle({ ...sent, kept: message.data });
      }
    });
  });
}

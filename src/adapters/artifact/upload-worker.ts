import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { sealToken } from './seal-token.ts';
import {
  type UploadJob,
  type UploadMessage,
  uploadJobSchema,
} from './upload-message.ts';

/** This file, as it is bundled: what a thread that uploads is started from. */
export const UPLOAD_WORKER = new URL(import.meta.url);

type Tell = (message: UploadMessage) => void;

if (!isMainThread) {
  const job = uploadJobSchema.safeParse(workerData);
  // Tests run in threads as well.
  if (job.success) {
    await upload(job.data, (message) => parentPort?.postMessage(message));
  }
}

async function upload(job: UploadJob, tell: Tell): Promise<void> {
  sealToken(job.origin, (to) =>
    tell({
      kind: 'failed',
      message: `the service redirects to ${to}, which does not get its token`,
    }),
  );
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const client = new DefaultArtifactClient();
  try {
    const sent = await client.uploadArtifact(job.name, job.files, job.folder, {
      ...(job.retentionDays === undefined
        ? {}
        : { retentionDays: job.retentionDays }),
    });
    tell({
      kind: 'uploaded',
      id: sent.id ?? 0,
      size: sent.size ?? 0,
      digest: sent.digest ?? '',
    });
  } catch (error) {
    tell({ kind: 'failed', message: describe(error) });
    return;
  }
  tell(await askBack(() => client.getArtifact(job.name)));
}

async function askBack(
  ask: () => ReturnType<
    import('@actions/artifact').ArtifactClient['getArtifact']
  >,
): Promise<UploadMessage> {
  try {
    const { id, size, digest } = (await ask()).artifact;
    return {
      kind: 'kept',
      id,
      size,
      ...(digest === undefined ? {} : { digest }),
    };
  } catch (error) {
    return { kind: 'unconfirmed', message: describe(error) };
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

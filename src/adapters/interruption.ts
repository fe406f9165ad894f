import { ActionError } from '../model/errors.ts';

/**
 * Settles when a step is no longer waited for: somebody asked the process to
 * stop, or an error came up where nobody was there to catch it.
 */
export function interruption(): Promise<ActionError> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () =>
        resolve(new ActionError('run/stopped', `Stopped by ${signal}.`)),
      );
    }
    process.once('uncaughtException', (cause) =>
      resolve(new ActionError('internal/bug', cause.message, { cause })),
    );
  });
}

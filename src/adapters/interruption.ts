import { ActionError } from '../model/errors.ts';

/** Watches for reasons not to wait for a step any longer. */
export interface Interruption {
  readonly error: Promise<ActionError>;
  /** From here on signals end the process, as they do by themselves. */
  release(): void;
}

/**
 * Settles `error` when somebody asks the process to stop, or when an error
 * comes up where nobody was there to catch it. A second signal ends the
 * process at once; a second stray error is not shown, since the first one
 * already decided.
 */
export function watchInterruption(): Interruption {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  let settle: (error: ActionError) => void = () => {};
  const error = new Promise<ActionError>((resolve) => {
    settle = resolve;
  });
  const stop = (signal: NodeJS.Signals) =>
    settle(new ActionError('run/stopped', `Stopped by ${signal}.`));
  for (const signal of signals) process.once(signal, stop);
  process.on('uncaughtException', (cause) =>
    settle(new ActionError('internal/bug', cause.message, { cause })),
  );
  return {
    error,
    release: () => {
      for (const signal of signals) process.removeListener(signal, stop);
    },
  };
}

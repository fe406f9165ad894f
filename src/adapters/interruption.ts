import { ActionError } from '../model/errors.ts';
import { exitStatusOf } from '../model/reason-codes.ts';

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
  let stopped = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopped) process.exit(exitStatusOf('run/stopped'));
    stopped = true;
    settle(new ActionError('run/stopped', `Stopped by ${signal}.`));
  };
  // Not `once`: it takes the listener away before it is called, and what ends
  // child processes with us ends us too where it finds no other listener.
  for (const signal of signals) process.on(signal, stop);
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

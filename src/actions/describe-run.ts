import type { Ports } from './step.ts';

/** Who has something put on record: from the runner, never from an input. */
export function describeRun({ context }: Ports): Record<string, string> {
  const { actor, eventName, sha, job } = context;
  return { actor, event: eventName, sha, job };
}

import { createHash } from 'node:crypto';
import type { Plan } from '../../model/plan.ts';
import type { RunIdentity } from '../../model/status.ts';

/**
 * The name of an attempt: the same for the same run, module and plan, so that
 * a run that comes back finds what it did; another for every other plan.
 */
export function attemptName(run: RunIdentity, plan: Plan): string {
  const identity = [run.id, run.attempt, plan.module, plan.created_at];
  const hash = createHash('sha256')
    .update(JSON.stringify([...identity, plan.digest]))
    .digest('hex');
  const readable = [run.id, run.attempt, plan.module]
    .map((part) => part.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 63))
    .join('-');
  return `${readable}-${hash.slice(0, 16)}`;
}

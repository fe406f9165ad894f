import { type Finding, finding } from '../../model/verdict.ts';
import type { Candidate, ScopeFacts } from './scope-facts.ts';

/** A finding about one module. */
export type BlockedModule = Finding & { readonly module: string };

/**
 * What forbids a module to be applied unattended. A person who names a module
 * has seen that it opted out or moved; a person who dispatches has seen the
 * control changes. What runs the forge must not be restarted by a job it kills:
 * it is applied by name from a terminal. Nobody lifts the rest here; the
 * stateful gate has its own override.
 */
export function blockModule(
  candidate: Candidate,
  facts: Pick<ScopeFacts, 'event' | 'asked' | 'head' | 'insideRunner'>,
): BlockedModule[] {
  const { id, exists } = candidate;
  const named = facts.asked === id;
  const attended = facts.event === 'workflow_dispatch';
  const atTerminal = named && !facts.insideRunner;
  return [
    ...objectToNature(candidate, facts.head),
    ...(atTerminal ? [] : objectToPlace(candidate, facts.head)),
    ...(named ? [] : objectToChoice(candidate)),
    ...(attended ? [] : objectToRange(candidate)),
  ].map(({ code, reason, remedy: own }) => {
    // Nobody can dispatch a module that is gone, whatever else holds it.
    const remedy = exists ? own : retireRemedy(candidate);
    const details = { module: id, ...(remedy === undefined ? {} : { remedy }) };
    return { ...finding(code, reason, details), module: id };
  });
}

type Objection = Pick<Finding, 'code' | 'reason'> & {
  readonly remedy?: string;
};

/** What must not be done by a job of the forge. */
function objectToPlace(
  { id, selfHosting }: Candidate,
  head: string,
): Objection[] {
  if (!selfHosting) return [];
  return [
    {
      code: 'scope/self-hosting',
      reason: `${id} runs the forge or the runner (self_hosting: true)`,
      remedy: `On a machine that does not depend on it, in a clone: apply-gates apply --approved ${head} ${id}`,
    },
  ];
}

/** What nobody lifts here. */
function objectToNature(candidate: Candidate, head: string): Objection[] {
  const { id } = candidate;
  const found: Objection[] = [];
  if (!candidate.exists) {
    found.push({
      code: 'scope/module-removed',
      reason: `${id} is no module at head; what it may have left on its host still runs`,
    });
  }
  if (candidate.stateful) {
    found.push({
      code: 'scope/stateful',
      reason: `${id} is stateful at head, at base or where it was last applied`,
      remedy: statefulRemedy(candidate, head),
    });
  }
  return found;
}

/** What a person who names the module has decided. */
function objectToChoice({
  id,
  optedOut,
  identityChanges,
}: Candidate): Objection[] {
  const found: Objection[] = [];
  if (optedOut) {
    found.push({
      code: 'scope/opted-out',
      reason: `${id} says auto_apply: false at head, at base or where it was last applied`,
      remedy: `Dispatch the lane with module=${id}.`,
    });
  }
  if (identityChanges.length > 0) {
    found.push({
      code: 'scope/identity-change',
      reason: `${id} changed its identity: ${identityChanges.join(', ')}`,
      remedy: `Move the module by hand, then dispatch the lane with module=${id}.`,
    });
  }
  return found;
}

/** What a person who dispatches has seen. */
function objectToRange({
  id,
  controlInRange,
  tooManyInRange,
  failedBefore,
}: Candidate): Objection[] {
  const remedy = `Check that change, then dispatch the lane with module=${id}.`;
  const found: Objection[] = [];
  if (failedBefore !== undefined) {
    const how = failedBefore === 'failed' ? 'failed' : 'was rolled back';
    found.push({
      code: 'scope/failed-before',
      reason: `${id} waits: exactly this content was applied before, and it ${how}`,
      remedy: `Correct the module and push it; to try the same content again, dispatch the lane with module=${id}.`,
    });
  }
  if (controlInRange) {
    found.push({
      code: 'scope/control-change',
      reason: `${id} waits: a control path changed since it was last applied`,
      remedy,
    });
  }
  if (tooManyInRange) {
    found.push({
      code: 'scope/too-many-files',
      reason: `${id} waits: a commit since it was last applied changed or deleted more files than the limits allow`,
      remedy,
    });
  }
  return found;
}

function retireRemedy({ id, stateful }: Candidate): string {
  const line = `retire ${stateful ? 'stateful ' : ''}${id}`;
  return `Stop what it left on its host: apply-gates retire ${id} --confirm '${line}' --reason '<why>'; its data is kept.`;
}

function statefulRemedy(candidate: Candidate, head: string): string {
  const { id, backupRoot } = candidate;
  return `Take a backup, then dispatch the lane with module=${id} allow_stateful=true backup_ref=${backupRoot}/${id}-<YYYYMMDDTHHMMSSZ>.tar.gz stateful_confirm='apply ${id} ${head.slice(0, 12)}'.`;
}

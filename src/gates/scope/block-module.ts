import { REASONS, type ReasonCode } from '../../model/reason-codes.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { Candidate, ScopeFacts } from './scope-facts.ts';

/** A finding about one module. */
export type BlockedModule = Finding & { readonly module: string };

/**
 * What forbids a module to be applied unattended. A person who names a module
 * has seen that it opted out or moved; a person who dispatches has seen the
 * control changes. Nobody lifts the rest here: the stateful gate has its own
 * override, and what runs the forge must not be restarted by a job it kills.
 */
export function blockModule(
  candidate: Candidate,
  facts: Pick<ScopeFacts, 'event' | 'asked' | 'head'>,
): BlockedModule[] {
  const { id } = candidate;
  const named = facts.asked === id;
  const attended = facts.event === 'workflow_dispatch';
  const blocks: BlockedModule[] = [];
  const block = (code: ReasonCode, reason: string, ownRemedy?: string) => {
    // Nobody can dispatch a module that is gone, whatever else holds it.
    const remedy = candidate.exists
      ? ownRemedy
      : REASONS['scope/module-removed'].remedy;
    blocks.push({
      ...finding(code, reason, {
        module: id,
        ...(remedy === undefined ? {} : { remedy }),
      }),
      module: id,
    });
  };
  if (!candidate.exists) {
    block(
      'scope/module-removed',
      `${id} is gone from the repository; what it left on its host still runs`,
    );
  }
  if (candidate.selfHosting) {
    block(
      'scope/self-hosting',
      `${id} runs the forge or the runner (self_hosting: true)`,
    );
  }
  if (candidate.stateful) {
    block(
      'scope/stateful',
      `${id} is stateful at head, at base or where it was last applied`,
      statefulRemedy(candidate, facts.head),
    );
  }
  if (candidate.optedOut && !named) {
    block(
      'scope/opted-out',
      `${id} says auto_apply: false at head, at base or where it was last applied`,
      `Dispatch the lane with module=${id}.`,
    );
  }
  if (candidate.identityChanges.length > 0 && !named) {
    block(
      'scope/identity-change',
      `${id} changed its identity: ${candidate.identityChanges.join(', ')}`,
      `Move the module by hand, then dispatch the lane with module=${id}.`,
    );
  }
  if (candidate.controlInRange && !attended) {
    block(
      'scope/control-change',
      `${id} waits: a control path changed since it was last applied`,
      `Check that change, then dispatch the lane with module=${id}.`,
    );
  }
  return blocks;
}

function statefulRemedy(candidate: Candidate, head: string): string {
  const { id, backupRoot } = candidate;
  return `Take a backup, then dispatch the lane with module=${id} allow_stateful=true backup_ref=${backupRoot}/${id}-<YYYYMMDDTHHMMSSZ>.tar.gz stateful_confirm='apply ${id} ${head.slice(0, 12)}'.`;
}

import {
  type ApprovedCommit,
  findApprovedCommit,
} from '../../model/approved-commit.ts';
import type { LaneEvent } from '../../model/event.ts';
import type { RecordedVerdict } from './apply-readiness.ts';

/**
 * What a job may do, from the event that started it and from what the gates
 * for approval and for stateful modules said; never from an input, which a workflow file could write.
 */
export type DetectedLane =
  | { readonly name: 'auto-apply'; readonly byHand: boolean }
  | { readonly name: 'stateful-noop'; readonly byHand: true }
  | {
      /** `rollback`: the commit was live before, and is gone back to. */
      readonly name: 'approved' | 'rollback';
      readonly byHand: true;
      /** A person armed a stateful module. */
      readonly armed: boolean;
      readonly commit: ApprovedCommit;
    }
  | { readonly name: 'none'; readonly event: string };

/** The lane of a job; `none` for an event that never applies anything. */
export function detectLane(
  event: LaneEvent,
  verdicts: readonly RecordedVerdict[],
): DetectedLane {
  switch (event.name) {
    case 'push':
      return { name: 'auto-apply', byHand: false };
    case 'workflow_dispatch': {
      const commit = findApprovedCommit(verdicts);
      if (commit) {
        const armed = isArmed(verdicts);
        const name = commit.rollback ? 'rollback' : 'approved';
        return { name, byHand: true, armed, commit };
      }
      return isArmed(verdicts)
        ? { name: 'stateful-noop', byHand: true }
        : { name: 'auto-apply', byHand: true };
    }
    case 'pull_request':
      return { name: 'none', event: event.name };
    case 'other':
      return { name: 'none', event: event.event };
  }
}

function isArmed(verdicts: readonly RecordedVerdict[]): boolean {
  const last = verdicts.findLast((entry) => entry.step === 'stateful-gate');
  return (
    last?.verdict.decision === 'pass' && last.verdict.code === 'stateful/armed'
  );
}

import {
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { isAncestor } from '../../repository/ancestry.ts';
import type { Subject } from '../../repository/subject.ts';
import { findHeadPosition } from '../find-head-position.ts';
import type { Ports } from '../step.ts';
import type { LaneRecord } from './check-lane.ts';

interface MoveRequest {
  readonly gate: string;
  readonly subject: Subject;
}

/** Whether something newer than the commit counts. */
export async function checkMoved(
  request: MoveRequest,
  known: {
    readonly record: LaneRecord;
    readonly lives: readonly string[];
    readonly heads: ReadonlyMap<string, string>;
  },
  ports: Ports,
): Promise<Verdict | undefined> {
  switch (known.record.lane.name) {
    case 'approved':
      return checkApproved(request, known.lives);
    // That what is live is newer is why a person goes back.
    case 'rollback':
      return undefined;
    default:
      return checkPosition(request, known.heads, ports);
  }
}

/**
 * A person asked for this commit, which need not be the tip; but never for one
 * that lies before what is live.
 */
async function checkApproved(
  request: MoveRequest,
  lives: readonly string[],
): Promise<Verdict | undefined> {
  const { gate, subject } = request;
  const { head, repository } = subject;
  for (const live of lives) {
    if (await isAncestor(repository, live, head)) continue;
    const reason = `${live} is live already, and ${head} does not come after it: nothing was applied`;
    return passVerdict({ gate, sha: head }, 'scope/superseded', reason);
  }
  return undefined;
}

/** An older run never overwrites what a newer one applies. */
async function checkPosition(
  request: MoveRequest,
  heads: ReadonlyMap<string, string>,
  ports: Ports,
): Promise<Verdict | undefined> {
  const { gate, subject } = request;
  const about = { gate, sha: subject.head };
  const position = await findHeadPosition(ports, subject, heads);
  switch (position.kind) {
    case 'tip':
      return undefined;
    case 'superseded': {
      const reason = `${subject.head} is no longer the tip of the default branch, ${position.tip} is: nothing was applied`;
      return passVerdict(about, 'scope/superseded', reason);
    }
    case 'gone':
      return refuseVerdict(about, [
        finding('scope/history-rewritten', position.reason),
      ]);
  }
}

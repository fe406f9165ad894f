import type { Place } from '../gates/approval/judge-place.ts';
import { ActionError } from '../model/errors.ts';
import { isOnFirstParentLine } from '../repository/ancestry.ts';
import { readCheckoutState } from '../repository/checkout-state.ts';
import { bringCommits, completeHistory } from '../repository/history.ts';
import type { StateAccess } from '../repository/state-place.ts';
import type { Subject } from '../repository/subject.ts';
import { type RemoteRecord, readRecord } from './read-record.ts';
import type { Ports } from './step.ts';

/** What has to be known before any commit can be looked at. */
export interface Ground {
  readonly record: RemoteRecord;
  readonly checkout: Place['checkout'];
}

/** Reads record and checkout, and makes the history whole. */
export async function readGround(
  subject: Subject,
  inputs: StateAccess,
  ports: Ports,
): Promise<Ground> {
  const { repository, history } = subject;
  const local = ports.context.flavour === 'local';
  const [record, checkout] = await settleAll([
    readRecord(ports, subject, inputs),
    local ? undefined : readCheckoutState(repository),
  ]);
  if (!(await completeHistory(history, subject.head))) {
    throw new ActionError(
      'approval/git-unavailable',
      'The checkout is a shallow one, and the rest of the history cannot be fetched',
    );
  }
  return {
    record,
    checkout: checkout && { ...checkout, expected: subject.head },
  };
}

/** Where a commit lies: on the default branch of the remote, and here. */
export async function readPlace(
  { history, event }: Subject,
  sha: string,
  { record, checkout }: Ground,
): Promise<Place> {
  const { defaultBranch: baseBranch } = event;
  const tip = record.remoteHeads.get(`refs/heads/${baseBranch}`);
  const isOnBase = async (tip: string) => {
    const present = await bringCommits(history, [tip, sha]);
    return (
      present.has(tip) &&
      present.has(sha) &&
      isOnFirstParentLine(history.repository, sha, tip)
    );
  };
  const onBase = tip !== undefined && (await isOnBase(tip));
  return { sha, baseBranch, onBase, checkout };
}

/** Nothing is left running behind a failure: each cleans up after itself. */
export async function settleAll<const Values extends readonly unknown[]>(
  works: Values,
): Promise<{ -readonly [Key in keyof Values]: Awaited<Values[Key]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

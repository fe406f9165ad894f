import { isAncestor } from '../repository/ancestry.ts';
import { bringCommits, readRef } from '../repository/history.ts';
import type { Subject } from '../repository/subject.ts';
import type { Ports } from './step.ts';

/** Where head stands on the default branch as it is now. */
export type HeadPosition =
  | { readonly kind: 'tip' }
  | { readonly kind: 'superseded'; readonly tip: string }
  | { readonly kind: 'gone'; readonly reason: string };

/**
 * Compares head with the tip of the default branch. At a terminal head may be
 * what nobody pushed yet, so only a newer local tip counts there.
 */
export async function findHeadPosition(
  ports: Ports,
  subject: Subject,
  remoteHeads: ReadonlyMap<string, string>,
): Promise<HeadPosition> {
  const { event, head, repository, history } = subject;
  if (event.name === 'pull_request') return { kind: 'tip' };
  const ref = `refs/heads/${event.defaultBranch}`;
  if (ports.context.flavour === 'local') {
    const tip = await readRef(repository, ref);
    const behind =
      tip !== undefined &&
      tip !== head &&
      (await isAncestor(repository, head, tip));
    return behind ? { kind: 'superseded', tip } : { kind: 'tip' };
  }
  const tip = remoteHeads.get(ref);
  if (tip === head) return { kind: 'tip' };
  if (tip === undefined) {
    return { kind: 'gone', reason: 'the default branch is gone' };
  }
  await bringCommits(history, [tip]);
  return (await isAncestor(repository, head, tip))
    ? { kind: 'superseded', tip }
    : {
        kind: 'gone',
        reason: `${head} does not lie behind the tip of the default branch, ${tip}`,
      };
}

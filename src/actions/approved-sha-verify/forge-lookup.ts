import type {
  PullRequest,
  PullRequestForge,
} from '../../adapters/forge/forge.ts';
import { ActionError } from '../../model/errors.ts';

/** What the forge and its git say of pull requests, each asked once. */
export interface ForgeLookup {
  readonly forge: PullRequestForge;
  /** Merged pull requests that brought a commit, as far as the forge tells. */
  findMerged(sha: string): Promise<readonly PullRequest[]>;
  readPull(number: number): Promise<PullRequest | undefined>;
  /** Every pull request that was seen, by number. */
  known(number: number): PullRequest;
  /** The head that was merged; `refs/pull/<number>/head`. */
  headOf(number: number): string;
  /** Pull requests that have, or had when they were merged, this head. */
  withHead(sha: string): readonly number[];
}

/**
 * Opens the lookup on one `git ls-remote`: the API tells where a branch stands
 * now, and only the ref where it stood when it was merged.
 */
export function openForgeLookup(
  forge: PullRequestForge,
  refs: ReadonlyMap<string, string>,
): ForgeLookup {
  const byCommit = new Map<string, Promise<readonly PullRequest[]>>();
  const byNumber = new Map<number, PullRequest>();
  const heads = new Map<number, string>();
  for (const [ref, sha] of refs) {
    const number = /^refs\/pull\/(\d{1,9})\/head$/.exec(ref)?.[1];
    if (number !== undefined) heads.set(Number(number), sha);
  }
  const keep = (pull: PullRequest) => byNumber.set(pull.number, pull);
  return {
    forge,
    findMerged(sha) {
      const asked = byCommit.get(sha) ?? forge.findMerged(sha);
      byCommit.set(sha, asked);
      return asked.then((pulls) => {
        pulls.forEach(keep);
        return pulls;
      });
    },
    async readPull(number) {
      const pull = byNumber.get(number) ?? (await forge.readPull(number));
      if (pull) keep(pull);
      return pull;
    },
    known(number) {
      const pull = byNumber.get(number);
      if (!pull) throw new TypeError(`PR #${number} was never asked for`);
      return pull;
    },
    headOf(number) {
      const head = heads.get(number);
      if (head !== undefined) return head;
      throw new ActionError(
        'approval/git-unavailable',
        `The repository has no refs/pull/${number}/head, which tells what was merged`,
      );
    },
    withHead: (sha) =>
      [...heads].flatMap(([number, head]) => (head === sha ? [number] : [])),
  };
}

import type { PullRequest } from '../../adapters/forge/forge.ts';
import { printable } from '../../model/printable.ts';
import { type Finding, finding } from '../../model/verdict.ts';

/** What a person asked for, and every pull request that may be meant. */
export interface AskedPull {
  readonly sha: string | undefined;
  readonly number: number | undefined;
  readonly baseBranch: string;
  /**
   * Those that the commit was merged as or whose head it is; where a number
   * was given only that one, if there is such a pull request.
   */
  readonly candidates: readonly {
    readonly pull: PullRequest;
    /** The head that was merged, or that would be. */
    readonly head: string | undefined;
  }[];
}

export type ChosenPull =
  | { readonly ok: true; readonly number: number; readonly mergeSha: string }
  | { readonly ok: false; readonly finding: Finding };

/** Finds the one merged pull request that was asked for. */
export function choosePull(asked: AskedPull): ChosenPull {
  const { sha, number, candidates } = asked;
  const about =
    number === undefined ? `the commit ${sha}` : `the number ${number}`;
  const meant = candidates.filter(
    ({ pull, head }) =>
      sha === undefined || pull.mergeCommit === sha || head === sha,
  );
  if (meant.length === 0) {
    return refuse(
      'approval/no-pull-request',
      candidates.length > 0
        ? `PR #${number} was not merged as ${sha}, nor is that its head`
        : `No pull request answers to ${about}`,
    );
  }
  const merged = meant.flatMap(({ pull }) =>
    pull.merged && pull.mergeCommit !== undefined
      ? [{ ...pull, mergeCommit: pull.mergeCommit }]
      : [],
  );
  const inBase = merged.filter(({ base }) => base.ref === asked.baseBranch);
  const [found, ...others] = inBase;
  if (others.length > 0) {
    const names = inBase.map((pull) => `#${pull.number}`).join(', ');
    return refuse(
      'approval/ambiguous',
      `Several pull requests answer to ${about}: ${names}`,
    );
  }
  if (found) {
    return { ok: true, number: found.number, mergeSha: found.mergeCommit };
  }
  const [elsewhere] = merged;
  if (elsewhere) {
    return refuse(
      'approval/wrong-base',
      `PR #${elsewhere.number} was merged into ${elsewhere.base.ref}, not ${asked.baseBranch}`,
    );
  }
  const names = meant.map(({ pull }) => `#${pull.number}`).join(', ');
  return refuse('approval/not-merged', `PR ${names} is not merged`);
}

function refuse(code: Finding['code'], reason: string): ChosenPull {
  return { ok: false, finding: finding(code, printable(reason)) };
}

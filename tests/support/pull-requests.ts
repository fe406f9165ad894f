import { join } from 'node:path';
import type { ForgeState, ScriptedPull } from './forge-api.ts';
import { type Changes, type Platform, writeChange } from './platform.ts';

export type MergeStyle = 'merge' | 'squash' | 'rebase' | 'fast-forward';

export const MERGE_STYLES: readonly MergeStyle[] = [
  'merge',
  'squash',
  'rebase',
  'fast-forward',
];

/** Pull requests of a platform: real branches, and what the API says of them. */
export interface PullRequests {
  /** Opens one with a commit for each of the changes; its number. */
  open(
    commits: readonly Changes[],
    about?: Partial<Pick<ScriptedPull, 'author' | 'base'>>,
  ): number;
  /** Adds a commit to an open one; its new head. */
  push(number: number, changes: Changes, login?: string): string;
  /** Merges it as a forge does; the commit it was merged as. */
  merge(number: number, style?: MergeStyle, by?: string): string;
  /** Opens and merges at once. */
  bring(changes: Changes, style?: MergeStyle): string;
  /** What the API says; changed in place. */
  of(number: number): ScriptedPull;
  change(number: number, over: Partial<ScriptedPull>): void;
  /** Registers every commit of main that came in some other way. */
  adopt(...exceptions: readonly string[]): void;
}

export function openPullRequests(
  platform: Platform,
  state: ForgeState,
): PullRequests {
  const { git, checkout } = platform;
  const place = (number: number) =>
    state.pulls.findIndex((pull) => pull.number === number);
  const of = (number: number): ScriptedPull => {
    const pull = state.pulls[place(number)];
    if (!pull) throw new Error(`there is no PR #${number}`);
    return pull;
  };
  const change = (number: number, over: Partial<ScriptedPull>) => {
    state.pulls[place(number)] = { ...of(number), ...over };
  };
  const commit = (changes: Changes): string => {
    for (const [path, content] of Object.entries(changes)) {
      writeChange(join(checkout, path), content);
    }
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', 'work');
    return git('rev-parse', 'HEAD');
  };
  const publish = (number: number, head: string) => {
    git('push', '-q', '-f', 'origin', `${head}:refs/pull/${number}/head`);
    change(number, { head });
  };
  const requests: PullRequests = {
    of,
    change,
    open(commits, about = {}) {
      const number = state.pulls.length + 1;
      const pull = { ...blank(number, git('rev-parse', 'main')), ...about };
      state.pulls.push(pull);
      git('checkout', '-q', '-b', pull.headRef);
      for (const changes of commits) commit(changes);
      publish(number, git('rev-parse', 'HEAD'));
      git('checkout', '-q', 'main');
      return number;
    },
    push(number, changes, login = 'ada') {
      git('checkout', '-q', of(number).headRef);
      const head = commit(changes);
      publish(number, head);
      change(number, {
        pushes: [...of(number).pushes, { login, commit: head }],
      });
      git('checkout', '-q', 'main');
      return head;
    },
    merge(number, style = 'merge', by = 'bob') {
      const { headRef, mergeBase: opened } = of(number);
      const before = git('rev-parse', 'main');
      mergeBranch(platform, headRef, style);
      const mergeCommit = git('rev-parse', 'main');
      git('push', '-q', 'origin', 'main');
      const line = git('rev-list', '--first-parent', `${before}..main`);
      // Forgejo keeps where the branch forked off when it was merged.
      const mergeBase = style === 'fast-forward' ? before : opened;
      const brought = line.split('\n');
      change(number, { mergeCommit, mergedBy: by, mergeBase, brought });
      return mergeCommit;
    },
    bring: (changes, style) => requests.merge(requests.open([changes]), style),
    adopt(...exceptions) {
      const known = new Set([
        ...state.pulls.flatMap(({ brought }) => brought),
        ...exceptions,
      ]);
      const line = git('rev-list', '--first-parent', '--parents', 'main');
      const refspecs: string[] = [];
      for (const each of line.split('\n').reverse()) {
        const [sha = '', parent = sha] = each.split(' ');
        if (known.has(sha)) continue;
        const number = state.pulls.length + 1;
        refspecs.push(`${sha}:refs/pull/${number}/head`);
        state.pulls.push({
          ...blank(number, parent),
          head: sha,
          mergeCommit: sha,
          mergedBy: 'bob',
          brought: [sha],
        });
      }
      if (refspecs.length > 0) git('push', '-q', 'origin', ...refspecs);
    },
  };
  return requests;
}

/** An open one of nothing. */
function blank(number: number, mergeBase: string): ScriptedPull {
  return {
    number,
    author: 'ada',
    base: 'main',
    headRef: `change-${number}`,
    head: mergeBase,
    mergeCommit: null,
    mergedBy: null,
    mergeBase,
    brought: [],
    reviews: [],
    pushes: [],
  };
}

function mergeBranch(
  { git }: Platform,
  branch: string,
  style: MergeStyle,
): void {
  switch (style) {
    case 'merge':
      git('merge', '-q', '--no-ff', '-m', `Merge ${branch}`, branch);
      return;
    case 'squash':
      git('merge', '-q', '--squash', branch);
      git('commit', '-q', '-m', `Squash ${branch}`);
      return;
    case 'rebase':
      git('checkout', '-q', '--detach', branch);
      // As forges do it: new commits even where nothing moved.
      git('rebase', '-q', '--force-rebase', 'main');
      git('checkout', '-q', '-B', 'main', 'HEAD');
      return;
    case 'fast-forward':
      git('merge', '-q', '--ff-only', branch);
  }
}

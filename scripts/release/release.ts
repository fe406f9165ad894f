import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findObstacles, type ReleaseTags, tagsOf } from './decide-release.ts';
import { askGit, git } from './git.ts';
import { type ReleaseFacts, readFacts } from './release-facts.ts';
import { reproduceBuild } from './reproduce-build.ts';

export interface ReleaseOrder {
  readonly folder: string;
  readonly dryRun: boolean;
  /** Remote that both tags go to. */
  readonly push: string | undefined;
  readonly say: (line: string) => void;
}

/** Tags HEAD as the release of its version. Exit status: 0, else 1. */
export function release({ folder, dryRun, push, say }: ReleaseOrder): number {
  const root = git(folder, ['rev-parse', '--show-toplevel']);
  const facts = readFacts(root, push);
  const refused = (reasons: readonly string[]) => {
    for (const reason of reasons) say(`refused: ${reason}`);
    return reasons.length > 0;
  };
  if (refused(findObstacles(facts))) return 1;
  say(`building ${facts.head} in two folders`);
  if (refused(reproduceBuild(root))) return 1;
  say('both builds are what is committed, byte for byte');

  const tags = tagsOf(facts.version);
  const from =
    facts.remote?.tags?.get(tags.major) ?? facts.tags.get(tags.major);
  const would = dryRun ? 'would tag' : 'tagging';
  say(`${would} ${tags.exact} at ${facts.head}, for good`);
  say(
    `${would} ${tags.major} at ${facts.head}, before at ${from ?? 'nothing'}`,
  );
  if (push)
    say(`${dryRun ? 'would push' : 'pushing'} both to ${push}, or none`);
  if (dryRun) return 0;
  const message = renderMessage(root, facts);
  git(
    root,
    ['tag', '-a', tags.exact, '-F', '-', '--cleanup=whitespace'],
    message,
  );
  git(root, ['tag', '--force', tags.major, facts.head]);
  return push === undefined || pushTags(root, push, facts, tags, say) ? 0 : 1;
}

/** It vouches for the sums, which vouch for every bundle. */
function renderMessage(root: string, { version, notes }: ReleaseFacts): string {
  const sums = readFileSync(join(root, 'dist/SHA256SUMS'));
  const sum = createHash('sha256').update(sums).digest('hex');
  return `apply-gates ${version}\n\n${notes}\n\nSHA-256 of dist/SHA256SUMS: ${sum}\n`;
}

/** A tag that nobody got is taken back, so that the release can be tried again. */
function pushTags(
  root: string,
  remote: string,
  facts: ReleaseFacts,
  { exact, major }: ReleaseTags,
  say: (line: string) => void,
): boolean {
  // Nobody may have moved it since it was looked at.
  const seen = facts.remote?.refs.get(major) ?? '';
  const lease = `--force-with-lease=refs/tags/${major}:${seen}`;
  const refs = [`refs/tags/${exact}`, `refs/tags/${major}`];
  const pushed = askGit(root, [
    'push',
    '--atomic',
    lease,
    '--',
    remote,
    ...refs,
  ]);
  if (pushed.ok) return true;
  say(`refused by ${remote}: ${pushed.error.trim()}`);
  git(root, ['tag', '--delete', exact]);
  const before = facts.tags.get(major);
  if (before === undefined) git(root, ['tag', '--delete', major]);
  else git(root, ['tag', '--force', major, before]);
  return false;
}

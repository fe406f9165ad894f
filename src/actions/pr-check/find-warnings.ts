import { printable } from '../../model/printable.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Subject } from '../../repository/subject.ts';

/** What is worth a look before the merge, and refuses nothing. */
export async function findWarnings(
  subject: Subject,
  scope: Verdict,
): Promise<string[]> {
  const { policy } = subject;
  const behind = await countBehind(subject);
  const { warning, paths } = scope.evidence;
  const files: unknown = Reflect.get(Object(paths), 'looked_at');
  const most = policy.limits.max_changed_lines;
  // The gate does not count the lines of so many files.
  const many = typeof files === 'number' && files > most;
  return [
    ...(typeof warning === 'string' ? [warning] : []),
    ...(many
      ? [
          `${files} changed files are more than limits.max_changed_lines (${most}) allows lines`,
        ]
      : []),
    ...(behind > 0
      ? [
          `The branch is ${behind} ${behind === 1 ? 'commit' : 'commits'} behind ${printable(JSON.stringify(baseRefOf(subject)))}; bring it up to date, so that what is looked at is what will be merged`,
        ]
      : []),
  ];
}

/** Commits of the base branch that the pull request does not have. */
async function countBehind({
  repository,
  event,
  head,
}: Subject): Promise<number> {
  if (event.name !== 'pull_request') return 0;
  const output = await repository.output([
    'rev-list',
    '--count',
    event.base,
    `^${head}`,
    '--',
  ]);
  return Number(output.toString('latin1').trim());
}

function baseRefOf({ event }: Subject): string {
  return event.name === 'pull_request' ? event.baseRef : event.defaultBranch;
}

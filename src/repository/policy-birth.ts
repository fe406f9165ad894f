import type { GitRepository } from '../adapters/git.ts';

/**
 * The commit of the first-parent line that first had the policy: what came
 * before nobody could have approved. Needs the whole history, since a shallow
 * one begins with a commit that seems to add everything.
 */
export async function findPolicyBirth(
  repository: GitRepository,
  head: string,
  policyPath: string,
): Promise<string | undefined> {
  const output = await repository.output([
    'log',
    '--first-parent',
    '-m',
    '--diff-filter=A',
    '--no-renames',
    '--format=%H',
    head,
    '--',
    policyPath,
  ]);
  return output.toString('latin1').split('\n').filter(Boolean).at(-1);
}

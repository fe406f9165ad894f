import type { GitRepository } from '../adapters/git.ts';
import { formatProblem } from '../model/document-problem.ts';
import { ActionError } from '../model/errors.ts';
import type { Policy } from '../model/policy.ts';
import { printable } from '../model/printable.ts';
import { readBlobs } from './blobs.ts';

/** Reads the policy of a commit. */
export async function readPolicy(
  repository: GitRepository,
  trusted: string,
  path: string,
): Promise<Policy> {
  // The parser is read while git is at work.
  const [{ parsePolicy }, [content]] = await Promise.all([
    import('../model/policy.ts'),
    readBlobs(repository, [{ commit: trusted, path }]),
  ]);
  if (!content) {
    throw new ActionError(
      'scope/no-policy',
      `There is no ${printable(path)} at the trusted commit ${trusted}`,
    );
  }
  const result = parsePolicy(path, content.toString('utf8'));
  if (result.ok) return result.value;
  throw new ActionError(
    'scope/invalid-policy',
    `The policy at ${trusted} is not valid: ${result.problems.map(formatProblem).join('; ')}`,
    { evidence: { problems: result.problems.slice(0, 20) } },
  );
}

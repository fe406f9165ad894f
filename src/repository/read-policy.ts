import type { GitRepository } from '../adapters/git.ts';
import { ActionError } from '../model/errors.ts';
import { type Policy, parsePolicy } from '../model/policy.ts';
import { printable } from '../model/printable.ts';
import { formatProblem } from '../model/yaml.ts';
import { readBlobs } from './blobs.ts';

/** Reads the policy of a commit. */
export async function readPolicy(
  repository: GitRepository,
  trusted: string,
  path: string,
): Promise<Policy> {
  const [content] = await readBlobs(repository, [{ commit: trusted, path }]);
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

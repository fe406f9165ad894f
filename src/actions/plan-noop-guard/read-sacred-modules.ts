import { ActionError } from '../../model/errors.ts';
import type { Policy } from '../../model/policy.ts';
import { DEFAULT_POLICY_PATH } from '../../model/policy-defaults.ts';
import { readDefaultTip } from '../../repository/history.ts';
import { readPolicy } from '../../repository/read-policy.ts';
import { openWorkingDirectory, readSubject } from '../../repository/subject.ts';
import type { Ports } from '../step.ts';

interface PolicyPlace {
  readonly workingDirectory: string;
  readonly policyPath: string;
}

/**
 * Modules that the policy calls sacred. A folder without a repository, or a
 * repository without a policy, declares none; a policy that was asked for by
 * name, or that cannot be read, is a refusal.
 */
export async function readSacredModules(
  place: PolicyPlace,
  ports: Ports,
): Promise<readonly string[]> {
  try {
    const policy = await findPolicy(place, ports);
    return policy?.sacred.modules ?? [];
  } catch (error) {
    const absent =
      error instanceof ActionError &&
      error.code === 'scope/no-policy' &&
      place.policyPath === DEFAULT_POLICY_PATH;
    if (absent) return [];
    throw error;
  }
}

async function findPolicy(
  place: PolicyPlace,
  ports: Ports,
): Promise<Policy | undefined> {
  const repository = openWorkingDirectory(ports, place.workingDirectory);
  const inside = await repository.run(['rev-parse', '--git-dir']);
  if (inside.exitCode !== 0 && /not a git repository/.test(inside.stderr)) {
    return undefined;
  }
  if (ports.context.eventName !== '') {
    return (await readSubject(ports, place)).policy;
  }
  // Outside of a run nobody names the default branch.
  const tip = await readDefaultTip(repository, 'main');
  return tip === undefined
    ? undefined
    : readPolicy(repository, tip, place.policyPath);
}

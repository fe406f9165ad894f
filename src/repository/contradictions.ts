import type { DocumentProblem } from '../model/document-problem.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Policy } from '../model/policy.ts';
import { manifestPath } from './module-folders.ts';

/** What valid manifests and the policy say of each other that does not hold. */
export function findContradictions(
  policy: Policy,
  policyFile: string,
  manifests: ReadonlyMap<string, Manifest>,
): DocumentProblem[] {
  const ofModules = [...manifests].flatMap(([id, manifest]) => {
    const file = manifestPath(policy.modules_dir, id);
    return [
      ...checkHost(policy, file, manifest.host),
      ...manifest.depends_on
        .filter((dependency) => !manifests.has(dependency))
        .map((each) =>
          problem(file, 'depends_on', `${each} is no valid module`),
        ),
    ];
  });
  const shared = Object.values(policy.shared)
    .flat()
    .filter((id) => id !== '*' && !manifests.has(id))
    .map((id) => problem(policyFile, 'shared', `${id} is no valid module`));
  return [...ofModules, ...shared];
}

function checkHost(
  { hosts }: Policy,
  file: string,
  host: string,
): DocumentProblem[] {
  if (Object.hasOwn(hosts, host)) return [];
  const known = Object.keys(hosts).join(', ');
  return [problem(file, 'host', `${host} is no host of the policy (${known})`)];
}

function problem(file: string, key: string, message: string): DocumentProblem {
  return { file, line: 1, key, message };
}

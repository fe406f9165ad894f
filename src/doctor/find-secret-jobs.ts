import type { WorkflowSource } from '../lint/lint-workflows.ts';
import { secretsOf } from '../lint/secret-references.ts';
import { parseWorkflow } from '../lint/workflow.ts';
import type { SecretJob } from './judge-boundary.ts';

/**
 * Jobs that read secrets. A workflow that cannot be read counts as one that
 * reads them all: the lint has said what is wrong with it.
 */
export function findSecretJobs(
  sources: readonly WorkflowSource[],
): SecretJob[] {
  return sources.flatMap(({ file, content }): SecretJob[] => {
    const parsed = parseWorkflow(file, content);
    if (!parsed.ok) {
      return [{ place: file, secrets: ['*'], environment: undefined }];
    }
    const { jobs, env } = parsed.value;
    return jobs.flatMap(({ id, raw }) => {
      const secrets = [...new Set([...secretsOf(raw), ...secretsOf(env)])];
      const environment = environmentOf(raw['environment']);
      return secrets.length === 0
        ? []
        : [{ place: `${file} (${id})`, secrets, environment }];
    });
  });
}

/** A name, or a mapping with one; what is computed is known to nobody. */
function environmentOf(value: unknown): string | undefined {
  const name: unknown =
    typeof value === 'string' ? value : Reflect.get(Object(value), 'name');
  return typeof name === 'string' && !name.includes('${{') ? name : undefined;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lintSources } from '../../actions/lint-sources.ts';
import { readFilesAtHead } from '../../actions/pr-check/read-files.ts';
import type { Ports } from '../../actions/step.ts';
import { CARRIER_PATH } from '../../adapters/transport/host-reply.ts';
import type {
  HostKeyFacts,
  RepositoryFacts,
} from '../../doctor/judge-repository.ts';
import type { LintFinding } from '../../lint/lint-finding.ts';
import type { WorkflowSource } from '../../lint/lint-workflows.ts';
import { ActionError } from '../../model/errors.ts';
import type { HostPolicy } from '../../model/policy.ts';
import { readBlobs } from '../../repository/blobs.ts';
import type { StatePlace } from '../../repository/state-place.ts';

const TIMEOUT_MS = 10_000;

interface RepositoryRequest {
  readonly place: StatePlace;
  readonly policyPath: string;
  readonly branch: string;
  readonly hosts: readonly (readonly [string, HostPolicy])[];
}

/** Reads what the tip of the default branch says, and the workflows there. */
export async function readRepository(
  request: RepositoryRequest,
  ports: Ports,
): Promise<{
  readonly facts: RepositoryFacts;
  readonly workflows: readonly WorkflowSource[];
}> {
  const { place, branch, policyPath } = request;
  const { repository, policy, trusted } = place;
  const subject = { repository, policy, policyPath, head: trusted };
  const files = await readFilesAtHead(subject);
  const [lint, hosts] = await Promise.all([
    readLint(files.workflows),
    readHostKeys(request, ports),
  ]);
  return {
    workflows: files.workflows,
    facts: {
      ...{ branch, trusted, lint, hosts },
      invalid: files.invalid.map(({ reason }) => reason),
      modules: files.manifests.size,
      workflows: files.workflows.length,
    },
  };
}

async function readLint(
  workflows: readonly WorkflowSource[],
): Promise<readonly LintFinding[] | string> {
  try {
    return await lintSources(workflows);
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return error.message;
  }
}

/** ssh itself looks for a host in a file: names there may be hashed. */
async function readHostKeys(
  { place, hosts }: RepositoryRequest,
  { context, exec }: Ports,
): Promise<HostKeyFacts[]> {
  const { repository, trusted } = place;
  const contents = await readBlobs(
    repository,
    hosts.map(([, { known_hosts: path }]) => ({ commit: trusted, path })),
  );
  return Promise.all(
    hosts.map(async ([name, policy], index): Promise<HostKeyFacts> => {
      const content = contents[index];
      if (policy.transport !== 'ssh' || !content) {
        return { name, policy, known: 'no' };
      }
      const file = join(context.folder(), `known-${name}`);
      await writeFile(file, content, { mode: 0o600 });
      const { address = '', port } = policy;
      const wanted = port === 22 ? address : `[${address}]:${port}`;
      const result = await exec.run({
        file: 'ssh-keygen',
        args: ['-F', wanted, '-f', file],
        env: { PATH: CARRIER_PATH },
        timeoutMs: TIMEOUT_MS,
      });
      const known = { 0: 'yes', 1: 'no' } as const;
      const status = result.exitCode;
      return {
        ...{ name, policy },
        known: status === 0 || status === 1 ? known[status] : 'unknown',
      };
    }),
  );
}

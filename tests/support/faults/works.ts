import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { REQUIRE_BANNER } from '../../../scripts/build/bundles.ts';
import { statusPath } from '../../../src/model/status.ts';
import { parseCommandFile } from '../command-files.ts';
import { repositoryRoot } from '../repository-files.ts';
import { plainGit, type StateRemote } from '../state-remote.ts';

export interface WorkPlace {
  readonly address: string;
  readonly checkout: string;
  readonly root: string;
  /** The run; work of the same run is the same work. */
  readonly id: string;
}

export interface WorkEnd {
  /** Where the entry is, as the program said once it was durable. */
  readonly acknowledged:
    | { readonly seq: number; readonly hash: string }
    | undefined;
  readonly said: string;
}

/** One of our programs that puts an entry on record. */
export interface Work {
  /** Arguments of node, and the environment. */
  command(place: WorkPlace): {
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  };
  read(end: {
    readonly exitCode: number | null;
    readonly output: string;
    readonly said: string;
    readonly place: WorkPlace;
  }): WorkEnd;
  /** What is wrong beside the log, where the entry is there or not. */
  inspect(remote: StateRemote, id: string, isThere: boolean): string[];
}

/** The action, as a runner starts it. */
export const append: Work = {
  command: ({ checkout, root, id }) => {
    const temporary = join(root, 'runner-temp');
    const file = (name: string, content = '') => {
      mkdirSync(temporary, { recursive: true });
      writeFileSync(join(temporary, name), content);
      return join(temporary, name);
    };
    const event = {
      ref: 'refs/heads/main',
      inputs: {},
      repository: { default_branch: 'main' },
    };
    return {
      args: [join(repositoryRoot, 'dist/audit-log-append.js')],
      env: {
        RUNNER_TEMP: temporary,
        GITHUB_EVENT_NAME: 'workflow_dispatch',
        GITHUB_EVENT_PATH: file('event.json', JSON.stringify(event)),
        GITHUB_SHA: plainGit(checkout, ['rev-parse', 'HEAD']),
        GITHUB_REF: 'refs/heads/main',
        GITHUB_WORKSPACE: checkout,
        GITHUB_RUN_ID: id,
        GITHUB_RUN_NUMBER: id,
        GITHUB_ACTOR: 'ada',
        GITHUB_OUTPUT: file('output'),
        GITHUB_STEP_SUMMARY: file('summary'),
        INPUT_KIND: 'note',
        INPUT_BODY: '{"text":"struck"}',
      },
    };
  },
  read: ({ exitCode, output, said, place }) => {
    const path = join(place.root, 'runner-temp', 'output');
    const written = readFileSync(path, 'utf8');
    const told = exitCode === 0 ? parseCommandFile(written) : {};
    const { seq, hash } = told;
    return {
      acknowledged: seq && hash ? { seq: Number(seq), hash } : undefined,
      said: `exit ${exitCode} ${output}${said}`,
    };
  },
  inspect: () => [],
};

/** An entry and the status it led to, in one commit. */
export async function bundlePersist(folder: string): Promise<Work> {
  const outfile = join(folder, 'evidence-writer.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'evidence-writer.ts')],
    ...{ bundle: true, platform: 'node', format: 'esm', outfile },
    banner: { js: REQUIRE_BANNER },
    logLevel: 'error',
  });
  return {
    command: ({ address, root, id }) => {
      const job = join(root, 'persist-temp');
      mkdirSync(job, { recursive: true });
      return { args: [outfile, address, job, id], env: {} };
    },
    read: ({ exitCode, output, said }) => ({
      acknowledged: exitCode === 0 ? JSON.parse(output) : undefined,
      said: `exit ${exitCode} ${output}${said}`,
    }),
    inspect: (remote, id, isThere) => {
      const text = remote.read(statusPath('web'))?.toString() ?? '{}';
      const holds = (JSON.parse(text).run?.id === id) === isThere;
      return holds ? [] : ['entry and status are not of one commit'];
    },
  };
}

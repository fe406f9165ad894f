import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planDigest } from '../../src/model/plan-digest.ts';
import { bundlePath } from '../support/action-files.ts';
import { workflowCommands } from '../support/command-files.ts';
import {
  dispatchEvent,
  type ForgeEvent,
  otherEvent,
  pushEvent,
} from '../support/forge-events.ts';
import { type GitHttpServer, startGitHttp } from '../support/git-http.ts';
import { readRepositoryFile } from '../support/repository-files.ts';
import { runBundle } from '../support/run-bundle.ts';
import { checkOut, type Job, makeJob } from '../support/runner-job.ts';
import {
  makeStatefulPlatform,
  type StatefulPlatform,
} from '../support/stateful-platform.ts';

const REPOSITORY = 'acme/platform';
const TOKEN = 'token-of-the-job';

let platform: StatefulPlatform;
let forge: GitHttpServer;
let jobs = 0;

beforeAll(async () => {
  platform = makeStatefulPlatform();
  const root = join(platform.root, 'forge');
  mkdirSync(join(root, 'acme'), { recursive: true });
  symlinkSync(platform.remote, join(root, `${REPOSITORY}.git`));
  symlinkSync(platform.remote, join(root, REPOSITORY));
  forge = await startGitHttp({ root, token: TOKEN });
});
afterAll(async () => {
  await forge.close();
  platform.close();
});

/** Begins a job of Forgejo with a checkout, and runs bundles in it. */
async function begin(event: ForgeEvent) {
  jobs += 1;
  const settings = {
    forge: { url: forge.url, repository: REPOSITORY, token: TOKEN },
    event,
    flavour: 'forgejo',
    number: jobs,
    root: join(platform.root, 'jobs', String(jobs)),
    machine: { GIT_DIR: '/nowhere', NODE_OPTIONS: '' },
  } as const;
  const job = makeJob(settings);
  await checkOut(settings, job.workspace);
  let count = 0;
  const run = (name: string, inputs: Readonly<Record<string, string>>) => {
    count += 1;
    const variables = Object.entries(inputs).map(
      ([input, value]) => [`INPUT_${input.toUpperCase()}`, value] as const,
    );
    return runBundle({
      bundle: bundlePath('actions/x', `../../dist/${name}.js`),
      cwd: job.workspace,
      env: { ...job.env, ...Object.fromEntries(variables) },
      folder: join(settings.root, 'commands', String(count)),
    });
  };
  return { job, run };
}

const stamp = () => new Date().toISOString().replace(/[-:]|\.\d+/g, '');
const arm = (id: string) => ({
  modules: JSON.stringify([id]),
  'allow-stateful': 'true',
  'backup-ref': `/srv/backups/${id}-${stamp()}.tar.gz`,
  'stateful-confirm': `apply ${id} ${platform.head}`,
  token: TOKEN,
});

function writePlan(job: Job, module: string, drift: boolean): void {
  const document = {
    schema: 1,
    module,
    source_sha: platform.head,
    created_at: new Date().toISOString(),
    driver: 'command',
    host: 'web1',
    exit_code: drift ? 1 : 0,
    changes: drift
      ? [{ resource: '::error::service/x\n', action: 'update' }]
      : [],
  };
  const plan = { ...document, digest: planDigest(document) };
  writeFileSync(join(job.workspace, 'plan.json'), JSON.stringify(plan));
}

describe('stateful-gate as a bundle', () => {
  it('arms a module, and the guard of the job holds to it', async () => {
    const { job, run } = await begin(dispatchEvent(platform.head));
    const gate = await run('stateful-gate', arm('book'));
    expect(gate).toMatchObject({
      exitCode: 0,
      outputs: {
        decision: 'pass',
        code: 'stateful/armed',
        eligible: '["book"]',
        'require-noop': 'true',
      },
    });
    const guard = { plan: 'plan.json', modules: '["book"]' };
    writePlan(job, 'book', true);
    const drift = await run('plan-noop-guard', {
      ...guard,
      'require-noop': 'false',
    });
    expect([drift.exitCode, drift.outputs['code']]).toEqual([
      5,
      'plan/drift-refused',
    ]);
    expect(workflowCommands(drift.stdout)).toEqual([]);
    writePlan(job, 'book', false);
    const synced = await run('plan-noop-guard', guard);
    expect([synced.exitCode, synced.outputs['in-sync']]).toEqual([0, 'true']);
  });

  it('refuses a push with exit 4 and prints what to paste', async () => {
    const { run } = await begin(pushEvent(platform.second, platform.head));
    const ended = await run('stateful-gate', {
      modules: '["book"]',
      token: TOKEN,
    });
    expect(ended.exitCode).toBe(4);
    expect(ended.outputs).toMatchObject({
      decision: 'refuse',
      code: 'stateful/blocked',
      eligible: '[]',
      'require-noop': 'true',
    });
    expect(ended.stdout).toContain(`apply book ${platform.head.slice(0, 7)}`);
    const told = ended.stdout.replace(`::add-mask::${TOKEN}\n`, '');
    expect(told + ended.stderr).not.toContain(TOKEN);
  });

  it('dispatch-forged: claims of a push are refused as bad input', async () => {
    const { run } = await begin(pushEvent(platform.second, platform.head));
    const inputs = { ...arm('book'), 'event-name': 'workflow_dispatch' };
    const ended = await run('stateful-gate', inputs);
    expect([ended.exitCode, ended.outputs['code']]).toEqual([
      2,
      'input/disagrees-with-event',
    ]);
  });

  it.each(['pull_request_target', 'issue_comment', 'schedule'])(
    'event-gate: %s ends before anything is asked',
    async (name) => {
      const { run } = await begin(otherEvent(name, platform.head));
      const ended = await run('stateful-gate', arm('book'));
      expect([ended.exitCode, ended.outputs['code']]).toEqual([
        4,
        'scope/event-not-supported',
      ]);
    },
  );
});

describe('plan-noop-guard as a bundle', () => {
  it('reads a plan of terraform', async () => {
    const { job, run } = await begin(dispatchEvent(platform.head));
    const now = new Date().toISOString();
    const text = readRepositoryFile('tests/fixtures/terraform/replace.json');
    const plan = text.replace(/"timestamp":"[^"]+"/, `"timestamp":"${now}"`);
    writeFileSync(join(job.workspace, 'tf.json'), plan);
    const ended = await run('plan-noop-guard', {
      plan: '*.json',
      'require-noop': 'false',
    });
    expect([ended.exitCode, ended.outputs['code']]).toEqual([
      5,
      'plan/destructive',
    ]);
  });

  it('names a hostile id without letting it act', async () => {
    const { run } = await begin(dispatchEvent(platform.head));
    const ended = await run('plan-noop-guard', {
      plan: 'plan.json',
      modules: '["si\u202ete\\n::set-output name=code::x"]',
    });
    expect([ended.exitCode, ended.outputs['code']]).toEqual([
      2,
      'input/malformed',
    ]);
    expect(ended.stdout).not.toMatch(/[^\x20-\x7e\n]/);
    expect(workflowCommands(ended.stdout)).toEqual([]);
  });
});

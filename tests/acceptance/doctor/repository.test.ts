import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leaseSchema } from '../../../src/model/lease.ts';
import { runCommand } from '../../support/command-line.ts';
import { readDoctor } from '../../support/doctor-rows.ts';
import { type Lane, openLane } from '../../support/lane.ts';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({ modules: { web: {} } });
});
afterEach(() => lane.close());

const LEFT_OUT = ['--no-hosts', '--no-forge'];

async function doctor(
  env: Readonly<Record<string, string>> = {},
  checkout = lane.platform.checkout,
) {
  const run = await runCommand(
    { checkout, env },
    ...['doctor', '--json', ...LEFT_OUT],
  );
  return readDoctor(run);
}

/** Puts files onto the state branch, past everything of ours. */
function plant(files: Readonly<Record<string, string>>) {
  const { git } = lane.platform;
  const clone = join(lane.platform.root, 'state-clone');
  const at = (...args: readonly string[]) => git('-C', clone, ...args);
  git('clone', '-q', '-b', 'platform-state', lane.platform.remote, clone);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(clone, path, '..'), { recursive: true });
    writeFileSync(join(clone, path), text);
  }
  at('add', '-A');
  at('commit', '-q', '-m', 'planted');
  at('push', '-q', 'origin', 'HEAD');
}

const lease = (host: string, expires: string) =>
  JSON.stringify(
    leaseSchema.parse({
      ...{ schema: 1, host, fence: 3 },
      holder: {
        id: 'a'.repeat(32),
        run: { id: '7', number: '7', attempt: '1', url: '' },
        ...{ actor: 'ada', reason: null, duration_ms: 900_000, renewals: 0 },
        ...{ taken_at: '2026-01-01T00:00:00Z', expires_at: expires },
      },
    }),
  );

it('is fine with what a lane left, and has nothing of a runner', async () => {
  await lane.push(lane.platform.module('web', { version: '2' }));
  const found = await doctor();
  expect(found.fine('origin')).toEqual([
    'origin/fine',
    'state-branch/fine',
    'leases/fine',
    'intents/fine',
  ]);
  expect(found).toMatchObject({ exitCode: 0 });
  expect(found.findings.some(({ subject }) => subject === 'runner')).toBe(
    false,
  );
});

it('leases that are past their time, held, or no lease', async () => {
  await lane.push(lane.platform.module('web', { version: '2' }));
  plant({
    'state/leases/past.json': lease('past', '2026-01-01T00:15:00Z'),
    'state/leases/held.json': lease('held', '2999-01-01T00:15:00Z'),
    'state/leases/torn.json': '{',
  });
  const found = await doctor();
  expect(found.faults('past')).toEqual(['leases/past']);
  expect(found.fine('held')).toEqual(['leases/fine']);
  expect(found.faults('torn')).toEqual(['leases/unreadable']);
  expect(found).toMatchObject({ code: 'doctor/missing', exitCode: 3 });
});

it('an apply that nobody saw end', async () => {
  await lane.push(lane.platform.module('web', { version: '2' }));
  const status = lane.status('web');
  const open = { ...status, last_apply_result: 'unknown' };
  plant({
    '.platform/state/modules/web.status.json': JSON.stringify(open),
  });
  const found = await doctor();
  expect(found.faults('web')).toEqual(['intents/open']);
  expect(found.findings.find(({ subject }) => subject === 'web')?.remedy).toBe(
    'apply-gates reconcile web',
  );
});

it('what is broken in the repository, and a remote that went on', async () => {
  lane.platform.commit({
    'modules/web/module.yaml': 'schema: 1\n',
    '.forgejo/workflows/open.yml':
      'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${{ github.head_ref }}\n',
  });
  expect((await doctor()).faults('repository')).toEqual([
    'manifests/invalid',
    'workflows/refused',
  ]);
  const { git } = lane.platform;
  git('reset', '-q', '--hard', 'HEAD~1');
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  expect((await doctor()).faults('repository')).toContain('policy/behind');
});

it('without a remote that answers nothing of it is fine', async () => {
  lane.platform.git('remote', 'set-url', 'origin', '/nowhere/at/all.git');
  const found = await doctor();
  expect(found.fine('origin')).toEqual([]);
  expect(found.faults('origin')).toEqual([
    'origin/unknown',
    'state-branch/unknown',
    'leases/unknown',
    'intents/unknown',
  ]);
  expect(found.exitCode).toBe(3);
});

it('a state branch that somebody else writes is foreign', async () => {
  lane.platform.git('push', '-q', 'origin', 'HEAD:refs/heads/platform-state');
  expect((await doctor()).faults('origin')).toEqual([
    'state-branch/foreign',
    'leases/unknown',
    'intents/unknown',
  ]);
});

it('without a policy, and without a repository', async () => {
  lane.platform.commit({ '.platform/gates.yaml': null });
  expect((await doctor()).faults('repository')).toEqual(['policy/unusable']);
  const nowhere = join(lane.platform.root, 'nowhere');
  mkdirSync(nowhere);
  expect((await doctor({}, nowhere)).faults('repository')).toEqual([
    'checkout/unusable',
  ]);
});

it('an old git, and in a job the runner and its artifact service', async () => {
  const bin = join(lane.platform.root, 'bin');
  mkdirSync(bin);
  const script = `#!/bin/sh\n[ "$1" != --version ] || { echo git version 2.20.1; exit; }\nPATH=$\{PATH#*:} exec git "$@"\n`;
  writeFileSync(join(bin, 'git'), script, { mode: 0o755 });
  const job = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    GITHUB_ACTIONS: 'true',
    FORGEJO_ACTIONS: 'true',
    FORGEJO_ACTIONS_RUNNER_VERSION: 'v9.1.0',
    ACTIONS_RUNTIME_TOKEN: 'token',
  };
  const found = await doctor(job);
  expect(found.faults('this machine')).toEqual(['git-version/old']);
  expect(found.faults('runner')).toEqual(['runner/old', 'artifacts/absent']);
  const served = await doctor({
    ...job,
    FORGEJO_ACTIONS_RUNNER_VERSION: 'v12.1.0',
    ACTIONS_RESULTS_URL: lane.forge.url,
  });
  expect(served.faults('runner')).toEqual([]);
  const gone = { ...job, ACTIONS_RESULTS_URL: 'http://127.0.0.1:1' };
  expect((await doctor(gone)).faults('runner')).toContain(
    'artifacts/unreachable',
  );
});

it('tells a person the same in a table', async () => {
  const { stdout } = await runCommand(
    lane.platform,
    ...['doctor', '--host', 'demo', '--no-forge'],
  );
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^IT IS +ON +CHECK +FOUND$/);
  expect(lines.filter((line) => /^fine +demo +tools /.test(line))).toHaveLength(
    1,
  );
});

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  test,
} from 'vitest';
import {
  type GuardPlatform,
  makeGuardPlatform,
  planChange,
} from '../../../tests/support/guard-platform.ts';
import { readRepositoryFile } from '../../../tests/support/repository-files.ts';
import { dispatchEvent, makeStepRun } from '../../../tests/support/step-run.ts';
import type { RawInputs } from '../step.ts';

let platform: GuardPlatform;
beforeAll(() => {
  platform = makeGuardPlatform();
});
afterAll(() => platform.close());
beforeEach(() => {
  rmSync(join(platform.checkout, 'plans'), { recursive: true, force: true });
});

describe('plans of others', () => {
  const terraform = (name: string) =>
    readRepositoryFile(`tests/fixtures/terraform/${name}.json`).replace(
      /2026-11-20T[0-9:]+Z/,
      '2026-05-16T11:30:00Z',
    );
  const site = { modules: '["site"]' };

  test.each<[string, RawInputs, string]>([
    ['in-sync', {}, 'plan/in-sync'],
    ['update', {}, 'plan/drift-refused'],
    ['update', { 'require-noop': 'false' }, 'plan/drift-allowed'],
    ['replace', { 'require-noop': 'false' }, 'plan/destructive'],
    ['errored', { 'require-noop': 'false' }, 'plan/error'],
    ['state', {}, 'plan/malformed'],
  ])('terraform %s with %j', async (name, inputs, code) => {
    platform.write('plans/tf.json', terraform(name));
    const ended = await platform.run({ ...site, ...inputs });
    expect(ended.verdict.code).toBe(code);
  });

  it('a commit that was asked for must be proven before drift is allowed', async () => {
    platform.write('plans/tf.json', terraform('update'));
    const inputs = { ...site, sha: platform.head };
    const refused = await platform.run({ ...inputs, 'require-noop': 'false' });
    expect(refused.verdict.code).toBe('plan/wrong-source');
    platform.write('plans/tf.json', terraform('in-sync'));
    const passed = await platform.run(inputs);
    expect(passed.verdict).toMatchObject({
      code: 'plan/in-sync',
      evidence: { plans: [{ unchecked: ['digest', 'commit', 'module'] }] },
    });
  });

  it('platformctl is bound to its commit', async () => {
    const plan = { exitCode: 0, source_sha: platform.head, changes: [] };
    platform.write('plans/site.json', plan);
    const passed = await platform.run({ modules: '["site"]' });
    platform.write('plans/site.json', { ...plan, source_sha: 'b'.repeat(40) });
    const refused = await platform.run({ modules: '["site"]' });
    expect(passed.verdict.code).toBe('plan/in-sync');
    expect(refused.verdict.code).toBe('plan/wrong-source');
  });

  it('are judged without any repository', async () => {
    const job = platform.begin();
    const workspace = join(platform.root, 'bare');
    mkdirSync(workspace, { recursive: true });
    writeFileSync(
      join(workspace, 'p.json'),
      JSON.stringify({
        exitCode: 1,
        source_sha: platform.head,
        changes: [planChange],
      }),
    );
    const context = { ...job.ports.context, workspace };
    const elsewhere = makeStepRun(platform, dispatchEvent(platform.head), {
      ...job.ports,
      context,
    });
    const ended = await platform.run(
      { plan: 'p.json', 'require-noop': 'false' },
      elsewhere,
    );
    expect(ended.verdict.code).toBe('plan/drift-allowed');
  });
});

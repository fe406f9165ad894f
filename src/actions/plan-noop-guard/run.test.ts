import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
  type PlanDocument,
  planChange,
} from '../../../tests/support/guard-platform.ts';
import type { RawInputs } from '../step.ts';

let platform: GuardPlatform;
beforeAll(() => {
  platform = makeGuardPlatform();
});
afterAll(() => platform.close());
beforeEach(() => {
  rmSync(join(platform.checkout, 'plans'), { recursive: true, force: true });
});

describe('plan-noop-guard on files', () => {
  it('passes plans that are in sync', async () => {
    platform.write('plans/site.plan.json', platform.makePlan('site'));
    const ended = await platform.run({ modules: '["site"]' });
    expect(ended.verdict).toMatchObject({
      code: 'plan/in-sync',
      modules: ['site'],
      sha: platform.head,
    });
    expect(ended.outputs).toEqual({
      'in-sync': 'true',
      changes: '0',
      digest: platform.makePlan('site')['digest'],
    });
  });

  it('finds by itself what module-plan left in the job', async () => {
    const job = platform.begin();
    const folder = join(job.ports.context.folder(), 'plans');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'site.plan.json'),
      JSON.stringify(platform.makePlan('site')),
    );
    const ended = await platform.run({ plan: '', modules: '["site"]' }, job);
    expect(ended.verdict.code).toBe('plan/in-sync');
  });

  it('takes the list of paths that module-plan puts out', async () => {
    platform.write('plans/a.json', platform.makePlan('site'));
    platform.write('plans/b.json', platform.makePlan('feed'));
    const paths = ['plans/b.json', join(platform.checkout, 'plans/a.json')];
    const ended = await platform.run({
      plan: JSON.stringify(paths),
      modules: '["site","feed"]',
    });
    expect(ended.verdict.code).toBe('plan/in-sync');
  });

  it('passes with nothing to judge where no module is left', async () => {
    const ended = await platform.run({ modules: '[]' });
    expect(ended).toMatchObject({
      verdict: { code: 'plan/in-sync', modules: [] },
      outputs: { 'in-sync': 'true', changes: '0', digest: '' },
    });
  });

  test.each<[string, () => PlanDocument, RawInputs, string, number]>([
    ['drift', () => platform.makeDrift('site'), {}, 'plan/drift-refused', 5],
    [
      'allowed drift',
      () => platform.makeDrift('site'),
      { 'require-noop': 'false' },
      'plan/drift-allowed',
      0,
    ],
    [
      'another module',
      () => platform.makePlan('feed'),
      {},
      'plan/wrong-module',
      5,
    ],
    [
      'another commit',
      () => platform.makePlan('site', { source_sha: 'b'.repeat(40) }),
      {},
      'plan/wrong-source',
      5,
    ],
    [
      'an old plan',
      () => platform.makePlan('site', { created_at: '2026-05-16T10:59:59Z' }),
      {},
      'plan/expired',
      5,
    ],
    [
      'an old plan with a longer max-age',
      () => platform.makePlan('site', { created_at: '2026-05-16T10:59:59Z' }),
      { 'max-age': '2h' },
      'plan/in-sync',
      0,
    ],
    [
      'a plan of tomorrow',
      () => platform.makePlan('site', { created_at: '2026-05-17T12:00:00Z' }),
      {},
      'plan/expired',
      5,
    ],
    [
      'an edited plan',
      () => ({ ...platform.makePlan('site'), host: 'web2' }),
      {},
      'plan/digest-mismatch',
      5,
    ],
    [
      'a plan that was not made',
      () => platform.makePlan('site', { exit_code: 2 }),
      {},
      'plan/error',
      3,
    ],
    [
      'a plan that destroys',
      () =>
        platform.makeDrift('site', {
          changes: [{ ...planChange, destructive: true }],
        }),
      { 'require-noop': 'false' },
      'plan/destructive',
      5,
    ],
    [
      'a plan that says it is sacred',
      () =>
        platform.makeDrift('site', {
          changes: [{ ...planChange, sacred: true }],
        }),
      { 'require-noop': 'false' },
      'plan/sacred',
      5,
    ],
    [
      'another format than asked for',
      () => platform.makePlan('site'),
      { format: 'terraform' },
      'plan/malformed',
      5,
    ],
  ])('%s', async (_, makeDocument, inputs, code, exit) => {
    platform.write('plans/site.json', makeDocument());
    const ended = await platform.run({ modules: '["site"]', ...inputs });
    expect([ended.verdict.code, ended.exitStatus]).toEqual([code, exit]);
  });

  it('refuses where there is no plan', async () => {
    const ended = await platform.run({ modules: '["site"]' });
    expect([ended.verdict.code, ended.exitStatus]).toEqual(['plan/missing', 5]);
  });

  it('escapes what a plan or its file is called', async () => {
    const drift = { ...planChange, resource: 'si\u202ete\n::error::x' };
    platform.write(
      'plans/a\u200b.json',
      platform.makeDrift('site', { changes: [drift] }),
    );
    platform.write('plans/b\n.json', { 'sch\u0435ma': 1, schema: 1 });
    const ended = await platform.run({});
    const told = ended.verdict.findings.map((each) => each.reason);
    expect(told).toHaveLength(2);
    expect(told.join('')).not.toMatch(/[^\x20-\x7e]/);
  });

  it('path-escape: a link out of the workspace is not read', async () => {
    platform.write('../elsewhere.json', platform.makePlan('site'));
    mkdirSync(join(platform.checkout, 'plans'));
    symlinkSync(
      '../../elsewhere.json',
      join(platform.checkout, 'plans/site.json'),
    );
    const ended = await platform.run({});
    expect(ended.verdict.code).toBe('plan/malformed');
  });

  test.each<[string, RawInputs]>([
    ['require-noop', { 'require-noop': 'True' }],
    ['modules', { modules: 'site' }],
    ['sha', { sha: 'main' }],
    ['max-age', { 'max-age': '1 hour' }],
    ['max-age', { 'max-age': '0s' }],
    ['format', { format: 'helm' }],
  ])('%s is refused by name: %j', async (input, inputs) => {
    const ended = await platform.run(inputs);
    expect(ended.verdict.code).toBe('input/malformed');
    expect(ended.verdict.evidence).toMatchObject({ problems: [{ input }] });
  });
});

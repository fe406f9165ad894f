import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planDigest } from '../../src/model/plan-digest.ts';
import { expectRefusal } from '../support/expect-refusal.ts';
import type { JobRun } from '../support/forge-runner.ts';
import { type Lane, openLane } from '../support/lane.ts';
import type { Job } from '../support/runner-job.ts';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({ modules: { web: {} } });
});
afterEach(() => lane.close());

const planPath = (job: Job) =>
  join(job.temporary, 'apply-gates/plans/web.plan.json');

/** A push whose plan is changed behind the back of a later step. */
function tampered(
  step: string,
  change: (plan: Record<string, unknown>) => unknown,
): Promise<JobRun> {
  return lane.push(lane.platform.module('web', { version: '2' }), {
    beforeStep: (id, job) => {
      if (id !== step) return;
      const plan = JSON.parse(readFileSync(planPath(job), 'utf8'));
      const changed = change(plan);
      const text =
        typeof changed === 'string' ? changed : JSON.stringify(changed);
      writeFileSync(planPath(job), text);
    },
  });
}

// biome-ignore lint/suspicious/noExplicitAny: what is forged need not be a plan
const signed = (plan: any) => ({ ...plan, digest: planDigest(plan) });

const FORGED: [string, (plan: Record<string, unknown>) => unknown, string][] = [
  ['is cut off', (plan) => JSON.stringify(plan).slice(0, 80), 'plan/malformed'],
  ['is empty', () => '', 'plan/malformed'],
  ['is no plan', () => ({}), 'plan/malformed'],
  [
    'has a key twice',
    (plan) => `{"schema":1,${JSON.stringify(plan).slice(1)}`,
    'plan/malformed',
  ],
  [
    'contradicts itself',
    (plan) => signed({ ...plan, exit_code: 0 }),
    'plan/malformed',
  ],
  [
    'was edited',
    (plan) => ({ ...plan, host: 'other' }),
    'plan/digest-mismatch',
  ],
  [
    'is of another commit',
    (plan) => signed({ ...plan, source_sha: 'd'.repeat(40) }),
    'plan/wrong-source',
  ],
  [
    'is of another module',
    (plan) => signed({ ...plan, module: 'site' }),
    'plan/wrong-module',
  ],
  [
    'is old',
    (plan) => ({ ...plan, created_at: '2020-01-01T00:00:00Z' }),
    'plan/expired',
  ],
  [
    'comes from the future',
    (plan) => ({ ...plan, created_at: '2199-01-01T00:00:00Z' }),
    'plan/expired',
  ],
];

describe('a plan before the guard', () => {
  it.each(FORGED)('%s', async (_what, change, code) => {
    await expectRefusal(lane, () => tampered('guard', change), ['guard', code]);
  });

  it('is gone', async () => {
    const run = () =>
      lane.push(lane.platform.module('web', { version: '2' }), {
        beforeStep: (id, job) => {
          if (id === 'guard') rmSync(planPath(job));
        },
      });
    await expectRefusal(lane, run, ['guard', 'plan/missing']);
  });
});

describe('a plan behind the guard', () => {
  it.each(FORGED.slice(0, -2))('%s', async (_what, change) => {
    const before = lane.listHost();
    const run = await tampered('apply', change);
    expect(run.exitCode).not.toBe(0);
    expect(run.codes['apply']).toMatch(
      /^(?:plan|apply)\/(?!applied|noop|observed)/,
    );
    expect(lane.listHost()).toEqual(before);
  });

  it('replan-differs: no longer matches the host', async () => {
    const run = await lane.push(lane.platform.module('web', { version: '2' }), {
      beforeStep: (id) => {
        if (id === 'apply') {
          writeFileSync(join(lane.platform.services, 'web'), '2\n');
        }
      },
    });
    expect(run.exitCode).toBe(7);
    expect(run.codes).toMatchObject({ apply: 'apply/plan-changed' });
    expect(lane.platform.applies('web')).toEqual([]);
  });
});

describe('the verdict file behind the guard', () => {
  it.each<[string, (text: string) => string]>([
    ['is empty', () => ''],
    ['is cut off', (text) => text.slice(0, -40)],
    ['is nonsense', () => '\0\0'],
    ['lost a line', (text) => text.split('\n').slice(1).join('\n')],
    [
      'speaks of another commit',
      (text) =>
        text.replaceAll(/"sha":"[0-9a-f]{40}"/g, `"sha":"${'e'.repeat(40)}"`),
    ],
    [
      'speaks of another job',
      (text) => text.replaceAll('acme/platform', 'eve/platform'),
    ],
    [
      'refuses',
      (text) => text.replaceAll('"decision":"pass"', '"decision":"refuse"'),
    ],
  ])('%s', async (_what, change) => {
    const run = () =>
      lane.push(lane.platform.module('web', { version: '2' }), {
        beforeStep: (id, job) => {
          if (id !== 'apply') return;
          const path = join(job.temporary, 'apply-gates/verdicts.jsonl');
          writeFileSync(path, change(readFileSync(path, 'utf8')));
        },
      });
    await expectRefusal(lane, run, ['apply', 'apply/gate-missing']);
  });
});

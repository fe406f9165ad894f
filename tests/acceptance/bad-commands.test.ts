import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workflowCommands } from '../support/command-files.ts';
import { expectRefusal } from '../support/expect-refusal.ts';
import { type Lane, openLane } from '../support/lane.ts';
import type { Changes } from '../support/platform.ts';
import type { ServiceOptions } from '../support/service-module.ts';

const MANIFEST = 'modules/web/module.yaml';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({ modules: { web: {} } });
});
afterEach(() => lane.close());

/** The module with other scripts, and little patience with them. */
function web(scripts: ServiceOptions['scripts'], version = '2'): Changes {
  const files = lane.platform.module('web', {
    version,
    scripts: scripts ?? {},
  });
  return {
    ...files,
    [MANIFEST]: String(files[MANIFEST]).replace('timeout: 30s', 'timeout: 2s'),
  };
}

const MISBEHAVIOUR: readonly [string, string][] = [
  ['hangs', 'sleep 60'],
  ['is killed', 'kill -9 $$'],
  ['floods its output', 'yes flood | head -c 50000000; exit 9'],
  ['exits with a status nobody listed', 'exit 9'],
];

describe('a plan command that', () => {
  it.each<[string, string]>([
    ...MISBEHAVIOUR,
    ['ignores being stopped', "trap '' TERM; while :; do sleep 1; done"],
    ['stops itself', 'kill -TERM $$'],
    ['floods its errors', 'yes flood | head -c 50000000 >&2; exit 9'],
    ['is not there', 'exec /nonexistent/program'],
    [
      'prints changes that are none',
      `echo '{"changes": [{"action": "explode"}]}'; exit 2`,
    ],
    [
      'says in sync and names changes',
      `echo '{"changes": [{"resource": "x", "action": "update"}]}'; exit 0`,
    ],
  ])('%s', async (_what, plan) => {
    await expectRefusal(lane, () => lane.push(web({ plan })), [
      'plan',
      'plan/error',
    ]);
  });

  it('workflow-command-injection: speaks to the runner', async () => {
    const commands = [
      '::add-mask::apply',
      '::stop-commands::x',
      '::set-output name=eligible::["guestbook"]',
      '::error::forged',
      '##[set-env name=PATH]/evil',
    ];
    const plan = `${commands.map((each) => `echo '${each}'; echo '${each}' >&2`).join('; ')}; exit 9`;
    const job = await expectRefusal(lane, () => lane.push(web({ plan })), [
      'plan',
      'plan/error',
    ]);
    expect(job.log).toContain('forged');
    const spoken = workflowCommands(job.log);
    expect(new Set(spoken)).toEqual(new Set([`::add-mask::${lane.token}`]));
  });
});

describe('an apply command that', () => {
  it.each(MISBEHAVIOUR)(
    '%s: the release before it runs again',
    async (_what, apply) => {
      await lane.push(web({}, '1'));
      const job = await lane.push(web({ apply }));
      expect(job.exitCode).toBe(7);
      expect(job.codes).toMatchObject({ apply: 'apply/rolled-back' });
      expect(lane.platform.running('web')).toBe('1');
      expect(lane.status('web')).toMatchObject({
        last_apply_result: 'rolled_back',
        health: 'healthy',
      });
    },
  );

  it('fails at the first release ever: what it created is stopped', async () => {
    const job = await lane.push(web({}, 'failing'));
    expect(job.exitCode).toBe(7);
    expect(job.codes).toMatchObject({ apply: 'apply/failed' });
    expect(lane.platform.running('web')).toBeUndefined();
    expect(lane.status('web')).toMatchObject({
      last_apply_result: 'failed',
      last_apply_sha: null,
    });
  });
});

describe('a health command that', () => {
  it.each([
    ['hangs', 'sleep 60'],
    ['fails', 'exit 1'],
    ['flaps', 'echo x >>flaps; [ $(($(wc -l <flaps) % 2)) = 0 ] || exit 1'],
  ])('%s is not healthy', async (_what, health) => {
    await lane.push(web({}, '1'));
    const files = web({ health });
    const streak = String(files[MANIFEST]).replace('streak: 1', 'streak: 2');
    const job = await lane.push({ ...files, [MANIFEST]: streak });
    expect(job.exitCode).toBe(7);
    expect(job.codes).toMatchObject({ apply: 'apply/rolled-back' });
    expect(lane.platform.running('web')).toBe('1');
  });
});

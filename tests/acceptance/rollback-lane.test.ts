import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { pushEvent } from '../support/forge-events.ts';
import { type Lane, openLane, type RunOptions } from '../support/lane.ts';
import { readEntries, verifyPlatform } from '../support/platform-log.ts';
import { readWorkflowFile } from '../support/workflow-files.ts';

const workflow = readWorkflowFile('workflows/rollback.yml');
const reason = 'the page of this release is blank';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({
    modules: { web: {}, db: { manifest: 'stateful: true' } },
  });
});
afterEach(() => lane.close());

const tip = () => lane.platform.git('rev-parse', 'HEAD');
const web = (version: string) => lane.platform.module('web', { version });
const back = (
  inputs: Readonly<Record<string, string>> = {},
  options: RunOptions = {},
) =>
  lane.dispatch({ module: 'web', reason, ...inputs }, { workflow, ...options });

/** Applies versions one after the other; what each was applied from. */
async function applied(...versions: readonly string[]): Promise<string[]> {
  const shas: string[] = [];
  for (const version of versions) {
    const run = await lane.push(web(version));
    expect(run.codes, run.log).toMatchObject({ apply: 'apply/applied' });
    shas.push(tip());
  }
  return shas;
}

describe('a person takes a module back', () => {
  it('to what was live before, freezes it, and has it on record', async () => {
    const [one, two] = await applied('2', '3');
    const run = await back();
    expect(run.codes, run.log).toEqual({
      target: 'rollback/target',
      bind: 'rollback/target',
      stateful: 'stateful/none',
      plan: 'plan/drift',
      guard: 'plan/drift-allowed',
      apply: 'apply/applied',
      report: 'report/complete',
      comment: 'report/told',
      artifact: 'artifact/unavailable',
    });
    expect(lane.platform.running('web')).toBe('2');
    expect(lane.status('web')).toMatchObject({
      last_apply_sha: one,
      last_apply_actor: 'ada',
      rollback: { from: two, reason, actor: 'ada' },
    });
    const entries = readEntries(lane.platform);
    for (const kind of ['intent', 'result']) {
      expect(
        entries.findLast((each) => each.kind === kind)?.body,
      ).toMatchObject({
        module: 'web',
        sha: one,
        rollback: { from: two, reason },
      });
    }
    expect((await verifyPlatform(lane.platform)).verdict).toBe('consistent');
    // The next push does not simply roll forward.
    const pushed = await lane.push(web('4'));
    expect(pushed.codes).toMatchObject({ apply: 'freeze/frozen' });
    expect(lane.platform.running('web')).toBe('2');
    const told = await runCommand(lane.platform, 'status', 'web');
    expect(told.stdout).toContain(`back from ${two?.slice(0, 12)}`);
    expect(told.stdout).toContain('unfreeze --module web');
    const despite_freeze = 'the page is repaired';
    const on = await lane.dispatch({ module: 'web', despite_freeze });
    expect(on.codes, on.log).toMatchObject({ apply: 'apply/applied' });
    expect(lane.platform.running('web')).toBe('4');
    expect(lane.status('web')).not.toHaveProperty('rollback');
  });

  it('a second time further back, never forward again', async () => {
    const [one, two, three] = await applied('2', '3', '4');
    expect((await back()).codes).toMatchObject({ apply: 'apply/applied' });
    expect(lane.platform.running('web')).toBe('3');
    expect((await back()).codes).toMatchObject({ apply: 'apply/applied' });
    expect(lane.status('web')).toMatchObject({
      last_apply_sha: one,
      rollback: { from: two },
    });
    const last = await back();
    expect(last.codes).toMatchObject({ target: 'rollback/nothing-before' });
    expect(last.exitCode).toBe(4);
    // By name also what lies after it.
    const named = await back({ to: three ?? '' });
    expect(named.codes, named.log).toMatchObject({ apply: 'apply/applied' });
    expect(lane.platform.running('web')).toBe('4');
  });

  it('in a dry run changes nothing', async () => {
    await applied('2', '3');
    const before = [lane.listHost(), readEntries(lane.platform)];
    const run = await back({ dry_run: 'true' });
    expect(run.codes, run.log).toMatchObject({ guard: 'plan/drift-allowed' });
    expect(run.codes).not.toHaveProperty('apply');
    expect([lane.listHost(), readEntries(lane.platform)]).toEqual(before);
  });

  it('at a terminal', async () => {
    const [one] = await applied('2', '3');
    const env = { APPLY_GATES_TOKEN: lane.token };
    const place = { ...lane.platform, env };
    const words = ['rollback', 'web', '--reason', reason, '--json'];
    const before = [lane.listHost(), readEntries(lane.platform)];
    const dry = await runCommand(place, ...words, '--dry-run');
    expect(dry.exitCode, dry.stdout).toBe(0);
    expect([lane.listHost(), readEntries(lane.platform)]).toEqual(before);
    const run = await runCommand(place, ...words);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(lane.status('web')).toMatchObject({
      last_apply_sha: one,
      rollback: { reason },
    });
    expect(lane.platform.running('web')).toBe('2');
  });
});

describe('nobody takes back', () => {
  it('without a reason, or to what was not live before; the host is not touched', async () => {
    const [one, two = ''] = await applied('2', '3');
    const before = lane.listHost();
    const refused = [
      [{ reason: '' }, 'rollback/reason', 6],
      [{ reason: 'x' }, 'rollback/reason', 6],
      [{ to: 'HEAD~1' }, 'input/malformed', 2],
      [{ to: 'f'.repeat(40) }, 'rollback/never-applied', 4],
      [{ to: two }, 'rollback/already-live', 4],
      [{ dry_run: 'yes' }, 'input/malformed', 2],
      [{ module: 'nothing' }, 'scope/unknown-module', 2],
      [{ module: 'db' }, 'rollback/nothing-live', 4],
    ] as const;
    for (const [inputs, code, exit] of refused) {
      const run = await back(inputs);
      expect(run.codes, run.log).toMatchObject({ target: code });
      expect(run.codes).not.toHaveProperty('plan');
      expect(run.exitCode).toBe(exit);
      if (code !== 'rollback/never-applied') continue;
      expect(run.outputs('target')['reason']).toContain(one);
      expect(run.outputs('target')['reason']).not.toContain(two);
    }
    expect(lane.listHost()).toEqual(before);
  });

  it('to what was pushed and was not healthy', async () => {
    await applied('2', '3');
    const failed = await lane.push(web('broken'));
    expect(failed.codes).toMatchObject({ apply: 'apply/rolled-back' });
    const run = await back({ to: tip() });
    expect(run.codes).toMatchObject({ target: 'rollback/never-applied' });
    // Frozen by the host's own way back, and a person goes on from there.
    expect((await back()).codes).toMatchObject({ apply: 'apply/applied' });
    expect(lane.platform.running('web')).toBe('2');
  });

  it('to what a status alone says was live', async () => {
    const [one = ''] = await applied('2', '3');
    // The host forgot it: then nobody else can say it.
    rmSync(`${lane.platform.host}/attempts`, { recursive: true });
    const run = await back({ to: one });
    expect(run.codes).toMatchObject({ target: 'rollback/never-applied' });
  });

  it('as a machine account', async () => {
    await applied('2', '3');
    const path = '.platform/gates.yaml';
    const policy = lane.platform.git('show', `HEAD:${path}`);
    lane.commit({
      [path]: `${policy.replace(/^approval:.*\n(?: .*\n)*/m, '')}\napproval: {not_counted: [ada]}\n`,
    });
    const run = await back();
    expect(run.codes, run.log).toMatchObject({
      target: 'rollback/not-a-person',
    });
    expect(run.exitCode).toBe(6);
    expect(lane.platform.running('web')).toBe('3');
  });

  it('by a push, whatever the workflow says', async () => {
    await applied('2', '3');
    const { before, after } = lane.commit({ 'docs/x.md': 'x' });
    const run = await lane.run(pushEvent(before, after), { workflow });
    expect(run.status).toBe('failure');
    expect(run.codes).not.toHaveProperty('plan');
    expect(lane.platform.running('web')).toBe('3');
  });

  it('with another reason than the gate was given', async () => {
    await applied('2', '3');
    const changed = JSON.parse(
      JSON.stringify(workflow).replace(
        '"rollback-reason":"${{ inputs.reason }}"',
        '"rollback-reason":"nobody asked for that"',
      ),
    ) as typeof workflow;
    const run = await back({}, { workflow: changed });
    expect(run.codes, run.log).toMatchObject({ apply: 'apply/gate-missing' });
    expect(lane.platform.running('web')).toBe('3');
    expect((await lane.push(web('4'))).codes).toMatchObject({
      apply: 'apply/applied',
    });
  });
});

describe('a stateful module', () => {
  const db = (version: string) =>
    lane.platform.module('db', { version, manifest: 'stateful: true' });
  const override = async (version: string) => {
    lane.commit(db(version));
    const run = await lane.dispatch(
      { ...lane.armed('db'), sha: tip() },
      { workflow: readWorkflowFile('workflows/apply.yml') },
    );
    expect(run.codes, run.log).toMatchObject({ apply: 'apply/applied' });
    return tip();
  };

  it('goes back with the rules of any change of it, and only so', async () => {
    const one = await override('2');
    await override('3');
    const refused = await back({ module: 'db' });
    expect(refused.codes, refused.log).toMatchObject({
      bind: 'rollback/target',
      stateful: 'stateful/blocked',
    });
    expect(lane.platform.running('db')).toBe('3');
    const stateful_confirm = `apply db ${one}`;
    const run = await back({ ...lane.armed('db'), stateful_confirm });
    expect(run.codes, run.log).toMatchObject({
      stateful: 'stateful/armed',
      apply: 'apply/applied',
    });
    expect(lane.platform.running('db')).toBe('2');
  });

  it('is one as soon as the default branch says so', async () => {
    await applied('2', '3');
    lane.commit(
      lane.platform.module('web', { version: '3', manifest: 'stateful: true' }),
    );
    const run = await back();
    expect(run.codes, run.log).toMatchObject({ stateful: 'stateful/blocked' });
    expect(lane.platform.running('web')).toBe('3');
  });
});

it('a runner that is killed on the way leaves it frozen, and reconcile explains it', async () => {
  const { services } = lane.platform;
  const scripts = { apply: `touch ${services}/at-work; sleep 2` };
  await lane.push(lane.platform.module('web', { version: '2', scripts }));
  await lane.push(web('3'));
  rmSync(`${services}/at-work`);
  await back(
    {},
    {
      onStart: (id, child) => {
        if (id === 'apply') {
          void (async () => {
            while (lane.platform.running('at-work') === undefined)
              await delay(20);
            child.kill('SIGKILL');
          })();
        }
      },
    },
  );
  for (;;) {
    const told = await runCommand(lane.platform, 'reconcile', 'web', '--json');
    if (told.exitCode === 0) break;
    expect(told.json()).toMatchObject({ verdict: { code: 'apply/unknown' } });
  }
  expect(lane.platform.running('web')).toBe('2');
  expect(lane.status('web')).toMatchObject({
    last_apply_result: 'applied',
    rollback: { reason },
  });
  const pushed = await lane.push(web('4'));
  expect(pushed.codes, pushed.log).toMatchObject({ apply: 'freeze/frozen' });
  expect((await verifyPlatform(lane.platform)).verdict).toBe('consistent');
});

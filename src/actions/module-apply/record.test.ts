import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type LaneRun,
  readStatusOf,
  runTestLane,
} from '../../../tests/support/lane-run.ts';
import type { Changes } from '../../../tests/support/platform.ts';
import {
  kindsOf,
  readEntries,
  refusePushes,
  verifyPlatform,
} from '../../../tests/support/platform-log.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import {
  changeState,
  changeStatus,
} from '../../../tests/support/status-writer.ts';
import { dispatchEvent, pushEvent } from '../../../tests/support/step-run.ts';
import { statusPath } from '../../model/status.ts';

let platform: ServicePlatform;
beforeEach(() => {
  platform = makeServicePlatform();
});
afterEach(() => platform.close());

function push(changes: Changes): Promise<LaneRun> {
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(changes);
  return runTestLane(platform, pushEvent(before, after));
}

function dispatch(module: string): Promise<LaneRun> {
  platform.git('fetch', '-q', 'origin');
  const head = platform.git('rev-parse', 'HEAD');
  return runTestLane(platform, dispatchEvent(head, { module }));
}

describe('a state branch that cannot be written', () => {
  it('before: nothing reaches a host', async () => {
    refusePushes(platform, 0);
    const run = await push(platform.module('web'));
    expect(run.code('apply')).toBe('audit/not-durable');
    expect(run.exitStatus).toBe(9);
    expect(platform.isUntouched()).toBe(true);
    expect(readStatusOf(platform, 'web')).toBeUndefined();
  });

  it('after: is told together with what was changed, and repaired by the next run', async () => {
    refusePushes(platform, 1);
    const run = await push(platform.module('web'));
    expect(run.code('apply')).toBe('audit/not-durable');
    expect(run.exitStatus).toBe(9);
    expect(run.outcome('apply')?.outputs).toMatchObject({
      applied: '["web"]',
      status: '[]',
    });
    expect(platform.running('web')).toBe('1');
    expect(readStatusOf(platform, 'web')?.last_apply_result).toBe('unknown');

    refusePushes(platform, 10);
    const again = await dispatch('web');
    expect(again.code('apply')).toBe('apply/noop');
    expect(readStatusOf(platform, 'web')?.last_apply_result).toBe('applied');
    expect(platform.applies('web')).toEqual(['1']);
  });

  it('does not outshine a failure, and is listed beside it', async () => {
    refusePushes(platform, 1);
    const run = await push(platform.module('web', { version: 'failing' }));
    expect(run.exitStatus).toBe(7);
    const { findings } = run.outcome('apply')?.verdict ?? {};
    expect(findings?.map((each) => each.code)).toEqual([
      'apply/failed',
      'audit/not-durable',
    ]);
  });
});

describe('35: an intent without a result', () => {
  const attempts = () => join(platform.runtimeRoot, 'attempts');
  const recordPath = () => {
    const [name = ''] = readdirSync(attempts());
    return join(attempts(), name);
  };
  const cutRecord = () => {
    const record = JSON.parse(readFileSync(recordPath(), 'utf8'));
    const cut = { ...record, phase: 'applying', result: '' };
    writeFileSync(recordPath(), JSON.stringify(cut));
  };
  /** As a runner leaves it that was killed before it could say the end. */
  const applyAndDie = async (changes: Changes) => {
    refusePushes(platform, 1);
    await push(changes);
    refusePushes(platform, 100);
  };

  it('is explained by the record that the host finished', async () => {
    await applyAndDie(platform.module('web'));
    const run = await push({ 'modules/web/version': '2\n' });
    expect(run.code('apply')).toBe('apply/applied');
    // The lease of the run that died is taken over, on record.
    expect(kindsOf(platform)).toEqual([
      ...['note', 'intent', 'reconcile', 'lease', 'intent', 'result'],
    ]);
    expect(readEntries(platform)[2]?.body).toMatchObject({
      module: 'web',
      result: 'applied',
      source: 'host',
    });
    expect(platform.running('web')).toBe('2');
    expect((await verifyPlatform(platform)).verdict).toBe('consistent');
  });

  it('counts although its status is gone', async () => {
    await applyAndDie(platform.module('web'));
    await changeState(platform, { [statusPath('web')]: null });
    cutRecord();
    const run = await push({ 'modules/web/version': '2\n' });
    expect(run.code('apply')).toBe('apply/unknown');
    expect(platform.running('web')).toBe('1');
  });

  it('32: counts although its status was made to say applied', async () => {
    await applyAndDie(platform.module('web'));
    await changeStatus(platform, 'web', { last_apply_result: 'applied' });
    cutRecord();
    const run = await push({ 'modules/web/version': '2\n' });
    expect(run.code('apply')).toBe('apply/unknown');
    expect(platform.running('web')).toBe('1');
  });

  it('that never reached the host will not do so later', async () => {
    await applyAndDie(platform.module('web'));
    rmSync(recordPath());
    const run = await push({ 'modules/web/version': '2\n' });
    expect(run.code('apply')).toBe('apply/applied');
    const [, intent, reconcile] = readEntries(platform);
    expect(reconcile?.body).toMatchObject({
      result: 'not_begun',
      attempt: intent?.body['attempt'],
    });
    const record = join(attempts(), `${intent?.body['attempt']}.json`);
    expect(readFileSync(record, 'utf8')).toContain('"result":"not_started"');
  });

  it('holds up what depends on it, and nothing else', async () => {
    await push(platform.module('web'));
    const unknown = { last_apply_result: 'unknown', attempt: null } as const;
    await changeStatus(platform, 'web', unknown);
    const run = await push({
      'modules/web/version': '2\n',
      ...platform.module('needs-web', { dependsOn: ['web'] }),
      ...platform.module('other'),
    });
    expect(run.exitStatus).toBe(7);
    expect(run.outcome('apply')?.outputs).toMatchObject({
      applied: '["other"]',
      'not-attempted': '["web","needs-web"]',
    });
    expect(run.outcome('apply')?.verdict.remedy).toContain(
      'apply-gates reconcile web',
    );
    expect(readStatusOf(platform, 'web')?.last_apply_result).toBe('unknown');
  });
});

describe('a status that says too much', () => {
  it('never makes a noop of what the host does not have', async () => {
    await push(platform.module('web'));
    const forged = { last_apply_sha: platform.git('rev-parse', 'HEAD') };
    writeFileSync(join(platform.services, 'web'), 'something else\n');
    await changeStatus(platform, 'web', forged);
    const run = await dispatch('web');
    expect(run.code('apply')).toBe('apply/applied');
    expect(platform.running('web')).toBe('1');
  });

  it('refuses one that cannot be read', async () => {
    await push(platform.module('web'));
    const broken = ['push', '-q', 'origin', 'HEAD:refs/heads/platform-state'];
    platform.git(...broken, '--force');
    const run = await push({ 'modules/web/version': '2\n' });
    expect(run.exitStatus).toBe(3);
    expect(platform.running('web')).toBe('1');
  });
});

it('redact-known: what an apply prints reaches neither log nor record', async () => {
  const secret = 'xyzzy-plugh-8421';
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(
    platform.module('web', {
      version: 'failing',
      scripts: {
        apply: `echo 'token: ${secret}'; printf %s '${secret}' | base64; echo '::add-mask::x' >&2`,
        health: `echo '${secret}'`,
      },
    }),
  );
  const run = await runTestLane(platform, pushEvent(before, after), {
    common: { token: secret },
  });
  expect(run.code('apply')).toBe('apply/failed');
  const everything = [
    JSON.stringify(run.steps),
    JSON.stringify(run.ports.verdicts.read()),
    JSON.stringify(readStatusOf(platform, 'web')),
    ...run.printed,
  ].join('\n');
  expect(run.printed.join('\n')).toContain('***');
  expect(everything).not.toContain(secret);
  expect(everything).not.toContain(Buffer.from(secret).toString('base64'));
});

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHere } from '../../../tests/support/audit-platform.ts';
import { makeSigningKeys } from '../../../tests/support/audit-remote.ts';
import { runTestLane } from '../../../tests/support/lane-run.ts';
import type { Changes } from '../../../tests/support/platform.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import { pushEvent } from '../../../tests/support/step-run.ts';

let platform: ServicePlatform;
beforeEach(async () => {
  platform = makeServicePlatform();
  await push(platform.module('web'));
});
afterEach(() => platform.close());

function push(changes: Changes, secrets: Record<string, string> = {}) {
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(changes);
  return runTestLane(platform, pushEvent(before, after), { secrets });
}
const version = (version: string) => ({
  'modules/web/version': `${version}\n`,
});
const tip = () => platform.git('ls-remote', 'origin', 'platform-state');
const witness = () => join(platform.runtimeRoot, '.checkpoint');
const forceBack = (commit: string) =>
  platform.git('push', '-qf', 'origin', `${commit}:refs/heads/platform-state`);
const verify = async (...args: readonly string[]) => {
  const command = ['audit', 'verify', '--host', 'here', '--json', ...args];
  const end = await runHere(platform.checkout, command, false);
  const { report } = end.json() as { report?: { verdict: string } };
  return `${end.exitCode} ${report?.verdict}`;
};

/** The state branch as it was before a second version was applied. */
async function applyAndKeepOld(): Promise<string> {
  const [old = ''] = tip().split('\t');
  platform.git('fetch', '-q', 'origin', `${old}:refs/heads/kept`);
  await push(version('2'));
  return 'refs/heads/kept';
}

it('30: the host is left with how far the log went, and vouches for it', async () => {
  const [, size] = readFileSync(witness(), 'utf8').split('\n');
  // The genesis and the intent; the result came after.
  expect(size).toBe('2');
  expect(await verify()).toBe('0 consistent');
});

describe('32: a witness that is ahead', () => {
  it('of a branch that was forced back: nothing is applied, and it is named', async () => {
    forceBack(await applyAndKeepOld());
    const run = await push(version('3'));
    expect(run.code('apply')).toBe('audit/rolled-back');
    expect(run.exitStatus).toBe(9);
    expect(platform.running('web')).toBe('2');
    expect(run.outcome('apply')?.verdict.remedy).toContain(
      'apply-gates audit verify --host here',
    );
    expect(await verify()).toBe('9 forked');
  });

  it('of a branch that was deleted and begun anew: the same', async () => {
    platform.git('push', '-q', 'origin', ':refs/heads/platform-state');
    const run = await push(version('2'));
    expect(run.code('apply')).toBe('audit/rolled-back');
    expect(platform.running('web')).toBe('1');
    expect(await verify()).toBe('9 forked');

    // What a person does who began it anew on purpose.
    rmSync(witness());
    const again = await push(version('3'));
    expect(again.code('apply')).toBe('apply/applied');
    expect(await verify()).toBe('0 consistent');
  });

  it('30: of a log whose end was cut off', async () => {
    const old = await applyAndKeepOld();
    forceBack(old);
    expect(await verify()).toBe('9 truncated');
  });

  it('31: of the same number of entries and another end', async () => {
    const text = readFileSync(witness(), 'utf8');
    const [origin, size = ''] = text.split('\n');
    const other = Buffer.alloc(32, 7).toString('base64');
    const ahead = String(Number(size) + 3);
    writeFileSync(witness(), `${origin}\n${ahead}\n${other}\n`);
    const run = await push(version('2'));
    expect(run.code('apply')).toBe('audit/rolled-back');
    expect(platform.running('web')).toBe('1');
  });

  it('that cannot be read is no witness that agrees', async () => {
    writeFileSync(witness(), 'x\n');
    const run = await push(version('2'));
    expect(run.code('apply')).toBe('audit/rolled-back');
  });
});

it('signs what it leaves with the host where it has a key', async () => {
  const { privatePem, publicPem } = makeSigningKeys();
  await push(version('2'), { APPLY_GATES_AUDIT_SIGN_KEY: privatePem });
  const key = join(platform.root, 'key.pub');
  writeFileSync(key, publicPem);
  expect(await verify('--key', key)).toBe('0 consistent');
  writeFileSync(key, makeSigningKeys().publicPem);
  expect(await verify('--key', key)).toBe('9 bad-signature');
});

it('two runs that apply different modules of one host both land', async () => {
  const sha = platform.commit({
    ...platform.module('one'),
    ...platform.module('two'),
  });
  const lane = (module: string) =>
    runTestLane(platform, {
      ...{ name: 'workflow_dispatch', sha, ref: 'refs/heads/main' },
      ...{ inputs: { module }, defaultBranch: 'main' },
    });
  platform.git('fetch', '-q', 'origin');
  const runs = await Promise.all(['one', 'two'].map(lane));
  expect(runs.map((run) => run.code('apply'))).toEqual([
    'apply/applied',
    'apply/applied',
  ]);
  expect(platform.running('one')).toBe('1');
  expect(platform.running('two')).toBe('1');
  expect(await verify()).toBe('0 consistent');
});

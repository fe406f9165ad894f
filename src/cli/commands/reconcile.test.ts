import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runHere } from '../../../tests/support/audit-platform.ts';
import { readStatusOf, runTestLane } from '../../../tests/support/lane-run.ts';
import {
  countCommits,
  readEntries,
  refusePushes,
} from '../../../tests/support/platform-log.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import { pushEvent } from '../../../tests/support/step-run.ts';

let platform: ServicePlatform;
beforeEach(() => {
  platform = makeServicePlatform();
});
afterEach(() => platform.close());

async function push(version: string) {
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(platform.module('web', { version }));
  return runTestLane(platform, pushEvent(before, after));
}

/** Applies a version, and the runner dies before it can say how it ended. */
async function applyAndDie(version: string): Promise<void> {
  refusePushes(platform, 1);
  await push(version);
  refusePushes(platform, 100);
}

const reconcile = (...args: readonly string[]) =>
  runHere(platform.checkout, ['reconcile', 'web', '--json', ...args], false);

it('35: writes down what the host has on record, once', async () => {
  await applyAndDie('1');
  const looked = await reconcile('--dry-run');
  expect(looked.exitCode).toBe(0);
  expect(looked.json()).toMatchObject({
    attempts: [{ module: 'web', ending: { result: 'applied' } }],
  });
  expect(countCommits(platform)).toBe(1);

  const done = await reconcile();
  expect(done.json()).toMatchObject({ verdict: { code: 'apply/reconciled' } });
  expect(readStatusOf(platform, 'web')).toMatchObject({
    last_apply_result: 'applied',
    last_apply_sha: platform.git('rev-parse', 'HEAD'),
  });
  expect(readEntries(platform).at(-1)).toMatchObject({
    kind: 'reconcile',
    body: { module: 'web', result: 'applied', source: 'host' },
  });

  const again = await reconcile();
  expect(again.exitCode).toBe(0);
  expect(again.json()).toMatchObject({ verdict: { code: 'apply/settled' } });
  expect(countCommits(platform)).toBe(2);
});

it('35: asks a person where the record of the host has no end', async () => {
  await applyAndDie('1');
  const attempts = join(platform.runtimeRoot, 'attempts');
  const [name = ''] = readdirSync(attempts);
  const record = JSON.parse(readFileSync(join(attempts, name), 'utf8'));
  const cut = { ...record, phase: 'applying', result: '' };
  writeFileSync(join(attempts, name), JSON.stringify(cut));

  const refused = await reconcile();
  expect(refused.exitCode).toBe(7);
  expect(refused.json()).toMatchObject({ verdict: { code: 'apply/unknown' } });
  const blocked = await push('2');
  expect(blocked.code('apply')).toBe('apply/unknown');
  const remedy = blocked.outcome('apply')?.verdict.remedy;
  expect(remedy).toContain('apply-gates reconcile web --reason ');

  const reason = 'looked at it: it runs 1, with password=hunter2hunter2';
  const stated = await reconcile('--reason', reason);
  expect(stated.exitCode).toBe(0);
  const { body } = readEntries(platform).at(-1) ?? {};
  expect(body).toMatchObject({
    result: 'stated',
    source: 'person',
    by: { account: 'person' },
  });
  expect(body?.['reason']).toMatch(/^looked at it: it runs 1/);
  expect(JSON.stringify(body)).not.toContain('hunter2');
  expect((await push('3')).code('apply')).toBe('apply/applied');
});

it('looks at everything where no module is named, and writes nothing', async () => {
  await applyAndDie('1');
  const commits = countCommits(platform);
  const args = ['reconcile', '--json', '--dry-run'];
  const looked = await runHere(platform.checkout, args, false);
  expect(looked.exitCode).toBe(0);
  expect(looked.json()).toMatchObject({
    verdict: { gate: 'reconcile', decision: 'pass' },
  });
  expect(countCommits(platform)).toBe(commits);
});

it.each<[string, readonly string[], string]>([
  ['everything without --dry-run', ['reconcile', '--json'], 'input/malformed'],
  ['an id that is none', ['reconcile', 'web;id', '--json'], 'input/malformed'],
  [
    'a module that nobody knows',
    ['reconcile', 'nobody', '--json'],
    'scope/unknown-module',
  ],
  [
    'an empty reason',
    ['reconcile', 'web', '--json', '--reason', ' '],
    'input/malformed',
  ],
])('refuses %s', async (_, args, code) => {
  const end = await runHere(platform.checkout, args, false);
  expect(end.json()).toMatchObject({ verdict: { code } });
  expect(end.exitCode).toBe(2);
});

import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import {
  codesOf,
  makeStatefulPlatform,
  POLICY,
  type StatefulPlatform,
} from '../../../tests/support/stateful-platform.ts';
import { pushEvent } from '../../../tests/support/step-run.ts';
import type { RawInputs } from '../step.ts';

let platform: StatefulPlatform;
beforeAll(() => {
  platform = makeStatefulPlatform();
});
afterAll(() => platform.close());

describe('stateful-gate on a real repository', () => {
  it('lets stateless modules go on', async () => {
    const ended = await platform.run({ modules: '["site"]' });
    expect(ended.verdict).toMatchObject({
      code: 'stateful/none',
      modules: ['site'],
      sha: platform.head,
    });
    expect(ended.outputs).toEqual({
      eligible: '["site"]',
      'require-noop': 'false',
    });
  });

  it('has nothing to say where nothing was asked', async () => {
    const ended = await platform.run({ modules: '[]' });
    expect(ended.verdict.code).toBe('stateful/none');
    expect(ended.outputs).toMatchObject({ eligible: '[]' });
  });

  it('arms one module', async () => {
    const ended = await platform.run(platform.arm('book'));
    expect(ended.verdict.code).toBe('stateful/armed');
    expect(ended.outputs).toEqual({
      eligible: '["book"]',
      'require-noop': 'true',
    });
  });

  it('tells module, backup and confirmation to paste when it refuses', async () => {
    const ended = await platform.run({ modules: '["book"]' });
    expect(ended).toMatchObject({
      exitStatus: 4,
      verdict: { code: 'stateful/blocked' },
      outputs: { eligible: '[]', 'require-noop': 'true' },
    });
    for (const line of [
      'module: book',
      "allow_stateful: 'true'",
      `backup_ref: /srv/backups/book-20260516T120000Z.tar.gz`,
      `stateful_confirm: apply book ${platform.head.slice(0, 7)}`,
    ]) {
      expect(ended.verdict.remedy.split('\n')).toContain(line);
    }
  });

  test.each<[string, RawInputs, readonly string[]]>([
    [
      'with another module',
      { modules: '["book","site"]' },
      ['stateful/not-single'],
    ],
    ['without a backup', { 'backup-ref': '' }, ['stateful/backup-ref-missing']],
    [
      'with the backup of a module that begins the same',
      { 'backup-ref': `/srv/backups/book-db-20260516T110000Z.tar.gz` },
      ['stateful/backup-ref-other-module'],
    ],
    [
      'with an old backup and another commit',
      {
        'backup-ref': `/srv/backups/book-20260514T110000Z.tar.gz`,
        'stateful-confirm': 'apply book 0000000',
      },
      ['stateful/backup-stale', 'stateful/confirm-mismatch'],
    ],
    ['without allow-stateful', { 'allow-stateful': '' }, ['stateful/blocked']],
  ])('does not arm %s', async (_, changes, expected) => {
    const ended = await platform.run({ ...platform.arm('book'), ...changes });
    expect(codesOf(ended.verdict)).toEqual(expected);
  });

  test.each([
    ['an id that is no module', 'nowhere', 'scope/unknown-module', 2],
    ['an id that has no letters like it', 'constructor', 'input/malformed', 2],
    ['a module that the push removed', 'gone', 'scope/module-removed', 4],
    ['a manifest that does not say', 'silent', 'scope/invalid-manifest', 2],
    ['a host that the policy lacks', 'lost', 'scope/invalid-manifest', 2],
  ])('refuses %s', async (_, id, code, exit) => {
    const ended = await platform.run(
      { modules: JSON.stringify([id]) },
      pushEvent(platform.first, platform.head),
    );
    expect([ended.verdict.code, ended.exitStatus]).toEqual([code, exit]);
  });
});

it('refuses where the state branch cannot be read', async () => {
  const url = platform.git('remote', 'get-url', 'origin');
  platform.git('remote', 'set-url', 'origin', `${platform.root}/nowhere`);
  const ended = await platform.run({ modules: '["site"]' });
  platform.git('remote', 'set-url', 'origin', url);
  expect([ended.verdict.code, ended.exitStatus]).toEqual([
    'state/unavailable',
    3,
  ]);
});

describe('declares-itself-stateless', () => {
  it('declares-itself-stateless: what base says counts', async () => {
    const ended = await platform.run(
      { modules: '["flip"]' },
      pushEvent(platform.first, platform.head),
    );
    expect(ended.verdict.code).toBe('stateful/blocked');
    expect(ended.verdict.evidence['stateful']).toEqual({ flip: ['base'] });
  });

  it('declares-itself-stateless: what was last applied counts', async () => {
    const before = await platform.run(
      { modules: '["once"]' },
      pushEvent(platform.second, platform.head),
    );
    expect(before.verdict.code).toBe('stateful/none');
    await platform.recordApplied('once', platform.first);
    const after = await platform.run(
      { modules: '["once"]' },
      pushEvent(platform.second, platform.head),
    );
    expect(after.verdict.code).toBe('stateful/blocked');
    expect(after.verdict.evidence['stateful']).toEqual({
      once: ['last applied'],
    });
  });

  it('self-change: a push cannot move the folder of its backups', async () => {
    const moved = POLICY.replace('/srv/backups', '/tmp');
    const after = platform.commit({ '.platform/gates.yaml': moved });
    const ended = await platform.run(
      { modules: '["book"]' },
      pushEvent(platform.head, after),
    );
    expect(ended.verdict.remedy).toContain(`backup_ref: /srv/backups/book-`);
    platform.git('reset', '-q', '--hard', platform.head);
    platform.git('push', '-q', '-f', 'origin', 'HEAD:refs/heads/main');
  });
});

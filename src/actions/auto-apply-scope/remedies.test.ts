import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Platform } from '../../../tests/support/platform.ts';
import {
  makeScopePlatform,
  moduleFiles,
  policyText,
  pushAndScope,
  pushOf,
  recordApplied,
  runScope,
} from '../../../tests/support/scope-run.ts';
import { dispatchEvent } from '../../../tests/support/step-run.ts';

let platform: Platform;
afterEach(() => platform.close());

describe('a remedy can be followed', () => {
  it.each([
    'docs/notes.md',
    'docs/é [draft] (1).md',
    '{a,b},c,d,e,f,g,h,i,j,k,l,m,n,o/*!?.md',
    '#1/back\\slash"quote',
    'emoji/😀\u202e.txt',
    'line\nbreak',
    `long/${'x'.repeat(200)}/${'y'.repeat(200)}/${'z'.repeat(100)}`,
  ])(
    'unclassified-path: %j is ignored by what the remedy says',
    async (path) => {
      platform = makeScopePlatform();
      const { code, verdict } = await pushAndScope(platform, { [path]: '1' });
      expect(code).toBe('scope/unclassified-path');
      const line = /ignore: \[.*\]$/.exec(verdict.remedy)?.[0];
      expect(parse(line ?? '')).toEqual({ ignore: [expect.any(String)] });
      platform.commit({ '.platform/gates.yaml': policyText(`${line}\n`) });
      expect(await pushAndScope(platform, { [path]: '2' })).toMatchObject({
        code: 'scope/nothing-to-apply',
      });
    },
  );

  it('history-rewritten: what was merged the wrong way round is dispatched', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site']);
    const first = platform.git('rev-parse', 'HEAD');
    const before = platform.commit({ 'modules/site/content': '2' });
    const tree = 'HEAD^{tree}';
    const side = platform.git('commit-tree', '-m', 'a', '-p', first, tree);
    const parents = ['-p', side, '-p', before];
    const after = platform.git('commit-tree', '-m', 'b', ...parents, tree);
    platform.git('push', '-q', 'origin', `${after}:refs/heads/main`);
    const { code, verdict } = await runScope(platform, pushOf(before, after));
    expect(code).toBe('scope/history-rewritten');
    // There is nothing left to merge: git would say "Already up to date".
    expect(verdict.remedy).toMatch(/dispatch/);
    expect(verdict.remedy).not.toMatch(/git merge/);
    const event = dispatchEvent(after);
    expect(await runScope(platform, event)).toMatchObject({
      eligible: ['site'],
    });
  });

  it('names no dispatch for a module that is gone', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['book']);
    const found = await pushAndScope(platform, { 'modules/book': null });
    expect(found.blocked).toEqual([
      'book scope/module-removed',
      'book scope/stateful',
    ]);
    const remedies = found.verdict.findings.map((each) => each.remedy);
    expect(new Set(remedies).size).toBe(1);
    expect(remedies[0]).not.toMatch(/dispatch/i);
  });
});

describe('a module.yaml that is a submodule', () => {
  /** Puts a commit where a manifest should be, and pushes that. */
  function pushSubmodule(id: string): [before: string, after: string] {
    const before = platform.git('rev-parse', 'HEAD');
    platform.git('rm', '-q', '--cached', `modules/${id}/module.yaml`);
    const entry = `160000,${before},modules/${id}/module.yaml`;
    platform.git('update-index', '--add', '--cacheinfo', entry);
    platform.git('commit', '-q', '-m', 'submodule');
    platform.git('push', '-q', 'origin', 'HEAD:refs/heads/main');
    return [before, platform.git('rev-parse', 'HEAD')];
  }

  it('holds its own module', async () => {
    platform = makeScopePlatform(moduleFiles('site'));
    await recordApplied(platform, ['site']);
    const [before, after] = pushSubmodule('site');
    expect(await runScope(platform, pushOf(before, after))).toMatchObject({
      eligible: [],
      blocked: ['site scope/module-removed'],
    });
    const asked = await runScope(platform, dispatchEvent(after), {
      module: 'site',
    });
    expect(asked).toMatchObject({ code: 'scope/unknown-module', exit: 2 });
  });

  it('holds up no other module', async () => {
    platform = makeScopePlatform();
    pushSubmodule('site');
    const before = platform.git('rev-parse', 'HEAD');
    platform.git('rm', '-q', 'modules/feed/content');
    platform.git('commit', '-q', '-m', 'feed');
    platform.git('push', '-q', 'origin', 'HEAD:refs/heads/main');
    const event = pushOf(before, platform.git('rev-parse', 'HEAD'));
    expect(await runScope(platform, event)).toMatchObject({
      eligible: ['feed'],
    });
  });
});

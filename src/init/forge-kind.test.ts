import { expect, test } from 'vitest';
import { guessForge } from './forge-kind.ts';

test.each([
  ['https://github.com/a/b.git', [], 'github'],
  ['git@github.com:a/b.git', ['.github/workflows/ci.yml'], 'github'],
  ['git@codeberg.org:a/b.git', [], 'forgejo'],
  ['https://forge.example/a/b', ['.forgejo/workflows/ci.yml'], 'forgejo'],
  [undefined, ['.gitea/workflows/ci.yml'], 'forgejo'],
  [undefined, ['.github/workflows/ci.yml'], 'github'],
  [undefined, [], undefined],
  ['https://forge.example/a/b', [], undefined],
  ['https://notgithub.com/a/b', [], undefined],
  [undefined, ['.github/dependabot.yml'], undefined],
  ['https://github.com/a/b', ['.forgejo/workflows/ci.yml'], undefined],
  [undefined, ['.forgejo/x.yml', '.github/workflows/y.yml'], undefined],
])('%s with %j is for %s', (remote, paths, kind) => {
  expect(guessForge(remote, paths).kind).toBe(kind);
});

import { expect, it } from 'vitest';
import { makeIgnoreList } from './ignore-list.ts';

const isModule = (path: string) => path.startsWith('apps/wiki/');
const listOf = (paths: readonly string[]) =>
  makeIgnoreList(paths, (path) => !isModule(path));

it('takes a folder as a whole only where all of it belongs to nobody', () => {
  const paths = ['README.md', 'docs/a.md', 'docs/b/c.md', 'apps/notes.md'];
  expect(listOf([...paths, 'apps/wiki/compose.yaml'])).toEqual([
    ...['README.md', 'apps/notes.md', 'docs/**'],
  ]);
});

it('is empty where everything belongs to somebody', () => {
  expect(listOf(['apps/wiki/a', 'apps/wiki/b/c'])).toEqual([]);
});

it('writes a name that is a pattern as one that matches it', () => {
  expect(listOf(['a[1].md', '{x}/y', 'é'])).toEqual(
    ['a?1?.md', 'é', '?x?/**'].sort(),
  );
});

it('stays below what a policy may have, by wider folders', () => {
  const many = Array.from({ length: 1500 }, (_, n) => `apps/n/f${n}.md`);
  expect(listOf([...many, 'apps/wiki/a'])).toEqual(['apps/n/**']);
  const mixed = Array.from({ length: 1500 }, (_, n) => `apps/f${n}.md`);
  expect(listOf([...mixed, 'apps/wiki/a'])).toEqual(['apps/**']);
});

import { expect, it } from 'vitest';
import { makeBundles } from '../../scripts/build/bundles.ts';
import { repositoryRoot } from '../support/repository-files.ts';

const BUILDS = 4;

it('every build of the same sources is the same, byte for byte', async () => {
  const first = await makeBundles(repositoryRoot);
  for (let build = 1; build < BUILDS; build += 1) {
    const next = await makeBundles(repositoryRoot);
    const other = [...next].filter(
      ([path, content]) =>
        Buffer.compare(content, first.get(path) ?? new Uint8Array()) !== 0,
    );
    expect(other.map(([path]) => path)).toEqual([]);
    expect(next.size).toBe(first.size);
  }
});

import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bundles, makeBundles } from '../../scripts/build/bundles.ts';
import {
  listRepositoryFiles,
  repositoryRoot,
} from '../support/repository-files.ts';

const BUILDS = 4;

let folder: string;
let first: Bundles;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'apply-gates-builds-'));
  first = await makeBundles(repositoryRoot);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function differing(other: Bundles): string[] {
  const names = new Set([...first.keys(), ...other.keys()]);
  const none = new Uint8Array();
  return [...names].filter(
    (path) =>
      Buffer.compare(first.get(path) ?? none, other.get(path) ?? none) !== 0,
  );
}

/** The sources in another place, with the packages that are installed here. */
function copySources(name: string): string {
  const root = join(folder, name);
  for (const path of listRepositoryFiles('src', 'package.json')) {
    cpSync(join(repositoryRoot, path), join(root, path));
  }
  symlinkSync(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'));
  return root;
}

it('every build of the same sources is the same, byte for byte', async () => {
  for (let build = 1; build < BUILDS; build += 1) {
    expect(differing(await makeBundles(repositoryRoot))).toEqual([]);
  }
});

it.each(['a', 'another/folder/with a blank'])(
  'a build in the folder %j is the same, byte for byte',
  async (name) => {
    expect(differing(await makeBundles(copySources(name)))).toEqual([]);
  },
);

it('SHA256SUMS has the sum of every other file', () => {
  const lines = Buffer.from(first.get('SHA256SUMS') ?? '').toString();
  const expected = [...first]
    .filter(([path]) => path !== 'SHA256SUMS')
    .map(([path, content]) => {
      const sum = createHash('sha256').update(content).digest('hex');
      return `${sum}  ${path}\n`;
    });
  expect(lines).toBe(expected.join(''));
});

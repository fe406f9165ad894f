import { Readable } from 'node:stream';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import type { Release, ReleaseFile } from '../drivers/driver.ts';
import { manifestSchema } from '../model/manifest.ts';
import { findProblem, packRelease } from './pack-release.ts';

const file = (
  path: string,
  content = '',
  mode: ReleaseFile['mode'] = '100644',
): ReleaseFile => ({ path, mode, content: Buffer.from(content) });

const link = (path: string, target: string) => file(path, target, '120000');

function makeRelease(
  files: readonly ReleaseFile[],
  host: Readonly<Record<string, readonly string[]>> = {},
): Release {
  const manifest = manifestSchema.parse({
    schema: 1,
    id: 'm',
    stateful: false,
    host: 'box',
    driver: 'command',
    command: { plan: ['true'], apply: ['true'], health: ['true'] },
    ...host,
  });
  return {
    module: 'm',
    manifest,
    folder: 'modules/m',
    sha: 'a'.repeat(40),
    tree: 'b'.repeat(64),
    files: async () => files,
  };
}

const problem = (
  files: readonly ReleaseFile[],
  host?: Readonly<Record<string, readonly string[]>>,
) => findProblem(makeRelease(files, host), files);

describe('findProblem', () => {
  it.each([
    ['a parent segment', [file('a/../../b')]],
    ['an absolute path', [file('/etc/passwd')]],
    ['an empty path', [file('')]],
    ['a newline', [file('a\nb')]],
    ['a backslash', [file('a\\b')]],
    ['the same path twice', [file('a'), file('a')]],
    ['a file below a file', [file('a'), file('a/b')]],
    ['a file below a symlink', [link('a', 'b'), file('a/b'), file('b/c')]],
    ['an absolute symlink', [link('a', '/etc')]],
    ['a symlink above the release', [link('a', '..')]],
    ['a symlink far above', [link('a/b/c', '../../../x')]],
    ['symlinks that leave together', [link('p/q', '..'), link('a', 'p/q/..')]],
    ['a symlink to itself', [link('a', 'a')]],
    ['symlinks in a circle', [link('a', 'b'), link('b', 'a')]],
  ])('refuses %s', (_what, files) => {
    expect(problem(files)).toBeDefined();
  });

  it.each([
    ['a neighbour', [link('a/b', 'c'), file('a/c')]],
    ['another folder', [link('a/b', '../c/d'), file('c/d')]],
    ['the folder itself', [link('a/b', '.')]],
    ['something that is not there', [link('a/b', 'missing')]],
    ['another symlink', [link('a', 'b'), link('b', 'c'), file('c')]],
  ])('lets a symlink point to %s', (_what, files) => {
    expect(problem(files)).toBeUndefined();
  });

  it.each([
    ['a tracked host file', [file('modules/m/.env')], { host_files: ['.env'] }],
    [
      'a tracked file in a host folder',
      [file('modules/m/data/x')],
      { host_dirs: ['data'] },
    ],
    [
      'host paths that overlap',
      [],
      { host_dirs: ['data'], host_files: ['data/x'] },
    ],
    ['a host path named twice', [], { host_dirs: ['data', 'data'] }],
    [
      'a symlink out of a host folder',
      [link('modules/m/x', 'data/../../../..')],
      { host_dirs: ['data'] },
    ],
  ])('refuses %s', (_what, files, host) => {
    expect(problem(files, host)).toBeDefined();
  });

  it('lets a symlink point into what lives on the host', () => {
    const files = [link('modules/m/x', 'data/file')];
    expect(problem(files, { host_dirs: ['data'] })).toBeUndefined();
  });

  it('decides about any paths and targets without throwing', () => {
    const segment = fc.constantFrom('..', '.', '', 'a', 'b', 'ü', '\n', '/');
    const path = fc
      .array(segment, { maxLength: 6 })
      .map((all) => all.join('/'));
    const entries = fc.array(
      fc.record({
        path,
        content: path.map((text) => Buffer.from(text)),
        mode: fc.constantFrom<ReleaseFile['mode']>('100644', '120000'),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(entries, (files) => {
        const found = problem(files);
        const escapes = files.some(({ path: each }) =>
          /(^|\/)\.\.(\/|$)|^\//.test(each),
        );
        if (escapes) expect(found).toBeDefined();
      }),
    );
  });
});

describe('packRelease', () => {
  it('packs the same bytes for the same files, whatever the machine', async () => {
    const release = makeRelease([file('b/x', '1'), link('b/y', 'x')]);
    const first = await packRelease(release);
    expect(await packRelease(release)).toEqual(first);
  });

  it('holds the release, its sums and its entries', async () => {
    const packed = await packRelease(
      makeRelease([file('b/x', 'hello', '100755'), link('b/y', 'x')]),
    );
    if (packed.kind !== 'packed') throw new Error(packed.refusal.reason);
    const seen: string[] = [];
    for await (const entry of Readable.from(packed.archive).pipe(extract())) {
      const { name, type, mode, linkname } = entry.header;
      let content = '';
      for await (const chunk of entry) content += String(chunk);
      seen.push(
        [type, mode?.toString(8), name, linkname ?? '', content].join(' '),
      );
    }
    expect(seen).toEqual([
      'directory 755 release  ',
      'directory 755 release/b  ',
      'file 755 release/b/x  hello',
      'symlink 777 release/b/y x ',
      'file 644 sums  2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  ./b/x\n',
      [
        'file 644 entries  100755 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 b/x',
        '120000 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 b/y',
        '',
      ].join('\n'),
    ]);
  });

  it('archive: what would leave its folder is refused with its code', async () => {
    const packed = await packRelease(makeRelease([file('../x')]));
    expect(packed).toMatchObject({
      kind: 'refused',
      refusal: { code: 'scope/unsupported-entry', module: 'm' },
    });
  });
});

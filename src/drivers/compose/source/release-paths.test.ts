import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openReleasePaths, resolveInRelease } from './release-paths.ts';

const paths = openReleasePaths({
  folder: 'modules/web',
  manifest: { host_files: ['.env', 'conf/key'], host_dirs: ['data'] },
  tracked: ['modules/web/conf/a.conf', 'modules/web/html/x/y', 'shared/z'],
});

describe('whose a path is', () => {
  it.each([
    ['modules/web/conf/a.conf', 'tracked'],
    ['modules/web/html', 'tracked'],
    ['modules/web/html/x', 'tracked'],
    ['shared', 'tracked'],
    ['modules/web/.env', 'host'],
    ['modules/web/data', 'host'],
    ['modules/web/data/deep/er', 'host'],
    ['modules/web/.env/x', 'unknown'],
    ['modules/web/database', 'unknown'],
    ['modules/web/html/x/y/z', 'unknown'],
    ['modules/web', 'above'],
    ['modules/web/conf', 'above'],
    ['modules', 'above'],
    ['', 'above'],
    ['constructor', 'unknown'],
  ])('%s: %s', (path, kind) => {
    expect(paths.kindOf(path).kind).toBe(kind);
  });
});

describe('where a path leads', () => {
  it.each([
    ['modules/web', './a', 'modules/web/a'],
    ['modules/web', 'a//b/', 'modules/web/a/b'],
    ['modules/web', '.', 'modules/web'],
    ['modules/web', '..', 'modules'],
    ['modules/web', '../..', ''],
    ['modules/web', '../../..', undefined],
    ['modules/web', 'a/../../../../b', undefined],
    ['modules/web', '..a/b', 'modules/web/..a/b'],
    ['', '.', ''],
    ['', './a/', 'a'],
    ['', '..', undefined],
    ['', '../modules', undefined],
    ['modules', '/etc/passwd', undefined],
    ['modules', '', 'modules'],
    ['modules', 'ü/Ω', 'modules/ü/Ω'],
  ])('from %j, %j: %j', (base, relative, path) => {
    expect(resolveInRelease(base, relative)).toBe(path);
  });

  it('never outside, and always plain', () => {
    const segment = fc.constantFrom('a', '..', '.', '', '...', 'ü', 'a b', '-');
    const relative = fc.array(segment).map((all) => all.join('/'));
    const base = fc.constantFrom('', 'modules', 'modules/web');
    fc.assert(
      fc.property(base, relative, (from, path) => {
        const found = resolveInRelease(from, path);
        if (found === undefined || found === '') return;
        for (const each of found.split('/')) {
          expect(['', '.', '..']).not.toContain(each);
        }
      }),
    );
  });
});

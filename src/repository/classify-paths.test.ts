import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../model/policy.ts';
import { openClassifier } from './classify-paths.ts';
import { openOwnership } from './ownership.ts';

const POLICY = `schema: 1
hosts: {web: {transport: ssh, address: a, user: b, known_hosts: keys/web}}
control: ["ci/**"]
ignore: ["**/*.md", "docs/**"]
shared: {"shared/**": [site], "all/**": ["*"], "modules/site/pool/**": [feed]}
`;

async function open() {
  const parsed = parsePolicy('gates.yaml', POLICY);
  if (!parsed.ok) throw new Error('not a policy');
  const policy = parsed.value;
  const ownership = await openOwnership(policy, [
    ['site', { paths: ['web/**/*.html'] }],
    ['feed', { paths: ['web/feed/**', 'modules/site/feed.*', 'ci/feed'] }],
  ]);
  const known = new Set(['site', 'feed']);
  return openClassifier({
    ...{ policy, policyPath: 'etc/gates.yaml', ownership },
    isModule: (id) => known.has(id),
  });
}

describe('classify', () => {
  it.each([
    ['modules/site/a', 'module', ['site']],
    ['modules/site/a.md', 'module', ['site']],
    ['modules/site/feed.x', 'module', ['feed', 'site']],
    ['modules/site/pool/a', 'module', ['feed', 'site']],
    ['web/feed/a.html', 'module', ['feed', 'site']],
    ['shared/a', 'shared', ['site']],
    ['all/a', 'shared', ['*']],
    ['shared/a.md', 'shared', ['site']],
    ['docs/a', 'ignored', undefined],
    ['a.md', 'ignored', undefined],
    ['modules/a.md', 'ignored', undefined],
    ['modules/other/a.md', 'ignored', undefined],
    ['modules/other/a', 'orphan', undefined],
    ['modules/a', 'unclassified', undefined],
    ['modules', 'unclassified', undefined],
    ['modules2/site/a', 'unclassified', undefined],
    ['MODULES/site/a', 'unclassified', undefined],
    ['site/a', 'unclassified', undefined],
    ['ci/feed', 'control', undefined],
    ['ci/a.md', 'control', undefined],
    ['etc/gates.yaml', 'control', undefined],
    ['keys/web', 'control', undefined],
  ])('%s is %s', async (path, kind, ids) => {
    const found = (await open()).classify(path);
    expect(found.kind).toBe(kind);
    if ('ids' in found) expect([...found.ids].sort()).toEqual(ids);
  });

  it('a hostile path is classified by its folder alone, and never throws', async () => {
    const classifier = await open();
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .map((text) => text.replaceAll('/', ''))
      .filter((text) => text !== '' && !text.endsWith('.md'));
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 4 }),
        (segments) => {
          const path = segments.join('/');
          expect(classifier.classify(`ci/${path}`).kind).toBe('control');
          expect(classifier.classify(`docs/${path}`).kind).toBe('ignored');
          const module = classifier.classify(`modules/feed/${path}`);
          expect(module).toEqual({ kind: 'module', ids: new Set(['feed']) });
          expect(classifier.classify(`x-${path}`).kind).toBe('unclassified');
        },
      ),
      { numRuns: 500 },
    );
  });
});

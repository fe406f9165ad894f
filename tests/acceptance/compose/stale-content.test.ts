import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Release, ReleaseFile } from '../../../src/drivers/driver.ts';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';

const TIMEOUT = { timeout: 120_000 };

/** A way for content to get into a container, and how it is read there. */
interface Way {
  readonly service: object;
  /** Further parts of the compose file. */
  readonly configs?: object;
  readonly secrets?: object;
  readonly files: Readonly<Record<string, string>>;
  readonly read: readonly string[];
}

const read = ['cat', '/read'];

/** Each by the name of its service. */
const WAYS: Readonly<Record<string, (content: string) => Way>> = {
  bound: (content) => ({
    service: { volumes: ['./conf/bound.conf:/read:ro'] },
    files: { 'conf/bound.conf': content },
    read,
  }),
  writable: (content) => ({
    service: { volumes: ['./conf/writable.conf:/read'] },
    files: { 'conf/writable.conf': content },
    read,
  }),
  'in-folder': (content) => ({
    service: { volumes: ['./www:/www:ro'] },
    files: { 'www/deep/page': content, 'www/other': 'same' },
    read: ['cat', '/www/deep/page'],
  }),
  'gained-file': (content) => ({
    service: { volumes: ['./more:/more:ro'] },
    files: { [`more/${content}`]: '' },
    read: ['ls', '/more'],
  }),
  config: (content) => ({
    service: { configs: [{ source: 'app', target: '/read' }] },
    configs: { app: { file: './app.conf' } },
    files: { 'app.conf': content },
    read,
  }),
  secret: (content) => ({
    service: { secrets: ['word'] },
    secrets: { word: { file: './word' } },
    files: { word: content },
    read: ['cat', '/run/secrets/word'],
  }),
  inline: (content) => ({
    service: { configs: [{ source: 'inline', target: '/read' }] },
    configs: { inline: { content } },
    files: {},
    read,
  }),
  'env-file': (content) => ({
    service: { env_file: 'app.env' },
    files: { 'app.env': `WORD=${content}\n` },
    read: ['sh', '-c', 'echo $WORD'],
  }),
  executable: (content) => ({
    service: { volumes: ['./run.sh:/run.sh:ro'] },
    files: { 'run.sh': `#!/bin/sh\necho ${content}\n` },
    read: ['/run.sh'],
  }),
};

describe.skipIf(!hasEngine)('content of a release', () => {
  let stand: ComposeStand;

  beforeEach(async () => {
    stand = await openComposeStand();
  });

  afterEach(() => stand.close());

  /** Some services, and two that stay as they are. */
  const release = (ways: Readonly<Record<string, Way>>) => {
    const { image } = stand;
    const all = Object.entries(ways);
    return stand.release({
      'compose.yaml': {
        services: {
          ...Object.fromEntries(
            all.map(([name, { service }]) => [name, { image, ...service }]),
          ),
          'stays-bound': { image, volumes: ['./same:/same:ro'] },
          'stays-plain': { image },
        },
        configs: Object.assign({}, ...all.map(([, { configs }]) => configs)),
        secrets: Object.assign({}, ...all.map(([, { secrets }]) => secrets)),
      },
      same: 'same',
      ...Object.assign({}, ...all.map(([, { files }]) => files)),
    });
  };

  /** Only the services that read the new content are made anew. */
  async function expectOnly(names: readonly string[], next: Release) {
    const before = stand.started();
    const { changes } = await stand.plan(next);
    expect(changes.map(({ resource }) => resource)).toEqual(
      names.map((name) => `service/${name}`).sort(),
    );
    expect(changes.some(({ destructive }) => destructive)).toBe(false);
    await stand.applied(next);
    const after = stand.started();
    expect(
      Object.keys(after).filter((name) => after[name] !== before[name]),
    ).toEqual([...names].sort());
    expect((await stand.plan(next)).changes).toEqual([]);
  }

  /** The content that each of the ways has. */
  const contents = (of: (name: string) => string) =>
    Object.fromEntries(
      Object.entries(WAYS).map(([name, way]) => [name, way(of(name))]),
    );

  const expectRead = (of: (name: string) => string) => {
    for (const [name, way] of Object.entries(WAYS)) {
      const { read } = way(of(name));
      expect(stand.exec(name, ...read), name).toBe(of(name));
    }
  };

  it('stale-content: whatever way it comes in takes effect, and leaves others alone', {
    timeout: 240_000,
  }, async () => {
    const names = Object.keys(WAYS);
    await stand.applied(release(contents(() => 'first')));
    expectRead(() => 'first');
    for (const name of names) {
      const one = (each: string) => (each === name ? 'second' : 'first');
      const { changes } = await stand.plan(release(contents(one)));
      expect(changes).toMatchObject([
        { resource: `service/${name}`, destructive: false },
      ]);
    }
    const half = names.filter((_, index) => index % 2 === 0);
    const some = (name: string) => (half.includes(name) ? 'second' : 'first');
    await expectOnly(half, release(contents(some)));
    expectRead(some);
    await expectOnly(
      names.filter((name) => !half.includes(name)),
      release(contents(() => 'second')),
    );
    expectRead(() => 'second');
    // And back again, although that release is on the host already.
    await expectOnly(names, release(contents(() => 'first')));
    expectRead(() => 'first');
  });

  it(
    'stale-content: a mode that changes and what is behind a link take effect',
    TIMEOUT,
    async () => {
      const made = (content: string) =>
        release({
          file: linked('app.conf', 'real/page', content),
          folder: linked('www', 'real', content),
          runs: {
            service: { volumes: ['./run:/srv/run:ro'] },
            files: { run: '#!/bin/sh\necho ran\n' },
            read: [],
          },
        });
      const links = { 'app.conf': '120000', www: '120000' } as const;
      await stand.applied(withModes(made('first'), links));
      expect(() => stand.exec('runs', '/srv/run')).toThrow('126');
      await expectOnly(['file', 'folder'], withModes(made('second'), links));
      expect(stand.exec('file', 'cat', '/read')).toBe('second');
      expect(stand.exec('folder', 'cat', '/read/page')).toBe('second');
      await expectOnly(
        ['runs'],
        withModes(made('second'), { ...links, run: '100755' }),
      );
      expect(stand.exec('runs', '/srv/run')).toBe('ran');
    },
  );

  it(
    'stale-content: a file of the host that was edited takes effect',
    TIMEOUT,
    async () => {
      const { image } = stand;
      const made = stand.release(
        {
          'compose.yaml': {
            services: {
              web: { image, volumes: ['./app.conf:/read:ro'] },
              plain: { image },
            },
          },
        },
        { manifest: { host_files: ['app.conf'] } },
      );
      stand.keep('app.conf', 'first');
      await stand.applied(made);
      stand.keep('app.conf', 'second');
      await expectOnly(['web'], made);
      expect(stand.exec('web', ...read)).toBe('second');
    },
  );

  it(
    'stale-content: what nothing mounts makes nothing anew',
    TIMEOUT,
    async () => {
      const way = linked('app.conf', 'page', 'first');
      await stand.applied(release({ way }));
      const before = stand.started();
      const files = { ...way.files, 'README.md': 'read me' };
      const next = release({ way: { ...way, files } });
      expect(await stand.plan(next)).toMatchObject({
        ...{ exit_code: 0, changes: [], release_update: true },
      });
      expect(await stand.apply(next)).toMatchObject({
        ...{ result: 'applied', releaseOnly: true, liveTree: next.tree },
      });
      expect(stand.started()).toEqual(before);
      expect(await stand.apply(next)).toMatchObject({ result: 'noop' });
    },
  );
});

/** A mount of a path that may be a link into `real`. */
function linked(link: string, target: string, content: string): Way {
  return {
    service: { volumes: [`./${link}:/read:ro`] },
    files: { [link]: target, 'real/page': content },
    read: [],
  };
}

/** The same release with some of its files of other modes. */
function withModes(
  release: Release,
  modes: Readonly<Record<string, ReleaseFile['mode']>>,
): Release {
  const hash = createHash('sha256').update(release.tree);
  const tree = hash.update(JSON.stringify(modes)).digest('hex');
  return {
    ...release,
    ...{ tree, sha: tree.slice(0, 40) },
    files: async () =>
      (await release.files()).map((file) => ({
        ...file,
        mode: modes[file.path.slice(release.folder.length + 1)] ?? file.mode,
      })),
  };
}

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
  readonly parts?: object;
  readonly files: Readonly<Record<string, string>>;
  readonly read: readonly string[];
}

const read = ['cat', '/read'];

const WAYS: Readonly<Record<string, (content: string) => Way>> = {
  'a file that is bound': (content) => ({
    service: { volumes: ['./conf/app.conf:/read:ro'] },
    files: { 'conf/app.conf': content },
    read,
  }),
  'a file that is bound for writing': (content) => ({
    service: { volumes: ['./conf/app.conf:/read'] },
    files: { 'conf/app.conf': content },
    read,
  }),
  'a file in a folder that is bound': (content) => ({
    service: { volumes: ['./www:/www:ro'] },
    files: { 'www/deep/page': content, 'www/other': 'same' },
    read: ['cat', '/www/deep/page'],
  }),
  'a file that a folder gains': (content) => ({
    service: { volumes: ['./www:/www:ro'] },
    files: { [`www/${content}`]: '' },
    read: ['ls', '/www'],
  }),
  'a config from a file': (content) => ({
    service: { configs: [{ source: 'app', target: '/read' }] },
    parts: { configs: { app: { file: './app.conf' } } },
    files: { 'app.conf': content },
    read,
  }),
  'a secret from a file': (content) => ({
    service: { secrets: ['word'] },
    parts: { secrets: { word: { file: './word' } } },
    files: { word: content },
    read: ['cat', '/run/secrets/word'],
  }),
  'a config written in the compose file': (content) => ({
    service: { configs: [{ source: 'app', target: '/read' }] },
    parts: { configs: { app: { content } } },
    files: {},
    read,
  }),
  'an env_file': (content) => ({
    service: { env_file: 'app.env' },
    files: { 'app.env': `WORD=${content}\n` },
    read: ['sh', '-c', 'echo $WORD'],
  }),
};

describe.skipIf(!hasEngine)('content of a release', () => {
  let stand: ComposeStand;

  beforeEach(async () => {
    stand = await openComposeStand();
  });

  afterEach(() => stand.close());

  const release = ({ service, parts = {}, files }: Way) => {
    const { image } = stand;
    return stand.release({
      'compose.yaml': {
        services: {
          web: { image, ...service },
          bound: { image, volumes: ['./same:/same:ro'] },
          plain: { image },
        },
        ...parts,
      },
      same: 'same',
      ...files,
    });
  };

  /** Only the service that reads the new content is made anew. */
  async function expectOnlyWeb(next: Release) {
    const before = stand.started();
    const { changes } = await stand.plan(next);
    expect(changes).toMatchObject([
      { resource: 'service/web', destructive: false },
    ]);
    await stand.applied(next);
    const after = stand.started();
    expect(after['web']).not.toBe(before['web']);
    expect({ ...after, web: '' }).toEqual({ ...before, web: '' });
    expect((await stand.plan(next)).changes).toEqual([]);
  }

  it.each(Object.entries(WAYS))(
    'stale-content: %s takes effect, and leaves others alone',
    TIMEOUT,
    async (_, way) => {
      await stand.applied(release(way('first')));
      expect(stand.exec('web', ...way('first').read)).toBe('first');
      await expectOnlyWeb(release(way('second')));
      expect(stand.exec('web', ...way('second').read)).toBe('second');
      // And back again, although that release is on the host already.
      await expectOnlyWeb(release(way('first')));
      expect(stand.exec('web', ...way('first').read)).toBe('first');
    },
  );

  it(
    'stale-content: a file that becomes executable takes effect',
    TIMEOUT,
    async () => {
      const made = release({
        service: { volumes: ['./run:/srv/run:ro'] },
        files: { run: '#!/bin/sh\necho ran\n' },
        read: [],
      });
      await stand.applied(made);
      expect(() => stand.exec('web', '/srv/run')).toThrow('126');
      await expectOnlyWeb(withMode(made, 'run', '100755'));
      expect(stand.exec('web', '/srv/run')).toBe('ran');
    },
  );

  it.each([
    ['a file', 'app.conf', 'real/page', '/read'],
    ['a folder', 'www', 'real', '/read/page'],
  ])(
    'stale-content: %s behind a link takes effect',
    TIMEOUT,
    async (_, link, target, place) => {
      const made = (content: string) =>
        withMode(
          release({
            service: { volumes: [`./${link}:/read:ro`] },
            files: {
              [link]: target,
              'real/page': content,
            },
            read: [],
          }),
          ...([link, '120000'] as const),
        );
      await stand.applied(made('first'));
      await expectOnlyWeb(made('second'));
      expect(stand.exec('web', 'cat', place)).toBe('second');
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
      await expectOnlyWeb(made);
      expect(stand.exec('web', ...read)).toBe('second');
    },
  );

  it(
    'stale-content: what nothing mounts makes nothing anew',
    TIMEOUT,
    async () => {
      const way = WAYS['a file that is bound']?.('first');
      if (!way) throw new Error('no way');
      await stand.applied(release(way));
      const before = stand.started();
      const files = { ...way.files, 'README.md': 'read me' };
      const next = release({ ...way, files });
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

/** The same release with one file of another mode. */
function withMode(
  release: Release,
  name: string,
  mode: ReleaseFile['mode'],
): Release {
  const tree = createHash('sha256').update(release.tree).digest('hex');
  const path = `${release.folder}/${name}`;
  return {
    ...release,
    ...{ tree, sha: tree.slice(0, 40) },
    files: async () =>
      (await release.files()).map((file) =>
        file.path === path ? { ...file, mode } : file,
      ),
  };
}

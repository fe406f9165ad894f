import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
  writeFolder,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';

const TIMEOUT = { timeout: 120_000 };

type Files = Parameters<typeof writeFolder>[1];

describe.skipIf(!hasEngine)('a project that runs already', () => {
  let stand: ComposeStand;
  /** Where it was brought up by hand. */
  let old: string;

  beforeEach(async () => {
    stand = await openComposeStand();
    old = join(stand.host.folder, 'old');
  });

  afterEach(() => stand.close());

  const upByHand = (files: Files) => {
    writeFolder(old, files);
    docker(
      ...['compose', '--project-directory', old, '-p', stand.project],
      ...['-f', join(old, 'compose.yaml'), 'up', '-d'],
    );
  };

  const composeFile = (web: object, parts: object = {}): Files => ({
    'compose.yaml': {
      services: {
        web: { image: stand.image, ...web },
        other: { image: stand.image },
      },
      ...parts,
    },
  });

  const ON_HOST = { host_dirs: ['data'], host_files: ['.env'] };

  /** What is tracked of a project with data and a secret of its own. */
  const tracked = (): Files => ({
    ...composeFile(
      {
        env_file: ['app.env', '.env'],
        environment: { GREETING: '${GREETING:-none}' },
        volumes: [
          './data:/data',
          './www:/www:ro',
          './app.conf:/app.conf:ro',
          './.env:/host.env:ro',
        ],
        secrets: ['word'],
      },
      { secrets: { word: { file: './word' } } },
    ),
    'app.env': 'COLOUR=green\n',
    'app.conf': 'conf',
    word: 'open',
    'www/page': 'first',
    'www/run.sh': 'echo ran',
  });

  const HOST_FILES = { '.env': 'GREETING=hello-there\n', 'data/row': 'one\n' };

  const adopted = (files: Files) =>
    stand.release(files, {
      manifest: { ...ON_HOST, compose: { project_directory: old } },
    });

  it(
    'adopt-running: one that equals the release is in sync, and is adopted as it runs',
    TIMEOUT,
    async () => {
      const files: Files = {
        ...composeFile(
          {
            ...{ env_file: 'app.env', volumes: ['rows:/rows'] },
            ports: ['127.0.0.1::80'],
          },
          { volumes: { rows: {} } },
        ),
        'app.env': 'COLOUR=green\n',
      };
      upByHand(files);
      const release = stand.release(files);
      const before = stand.containers();
      expect(await stand.plan(release)).toMatchObject({
        ...{ exit_code: 0, changes: [], adopted: true, release_update: true },
        health: 'healthy',
      });
      expect(await stand.apply(release)).toMatchObject({
        ...{ result: 'applied', releaseOnly: true, liveTree: release.tree },
      });
      expect(stand.containers()).toEqual(before);
      const current = join(stand.host.runtimeRoot, stand.project, 'current');
      expect(readlinkSync(current)).toBe(`releases/${release.tree}`);
      expect(await stand.plan(release)).toMatchObject({
        ...{ exit_code: 0, adopted: false, release_update: false },
      });
      expect(await stand.apply(release)).toMatchObject({ result: 'noop' });
      expect(stand.containers()).toEqual(before);
    },
  );

  it(
    'adopt-running: the old folder becomes a link, and its data moves without a copy',
    TIMEOUT,
    async () => {
      upByHand({ ...tracked(), ...HOST_FILES });
      const inode = statSync(join(old, 'data')).ino;
      const release = adopted(tracked());
      const before = stand.containers();
      expect(await stand.plan(release)).toMatchObject({
        ...{ exit_code: 0, changes: [], adopted: true, release_update: true },
      });
      expect(lstatSync(old).isDirectory()).toBe(true);
      expect(await stand.apply(release)).toMatchObject({
        ...{ result: 'applied', releaseOnly: true },
      });
      expect(stand.containers()).toEqual(before);
      const base = join(stand.host.runtimeRoot, stand.project);
      expect(lstatSync(old).isSymbolicLink()).toBe(true);
      expect(realpathSync(old)).toBe(
        realpathSync(join(base, 'current', release.folder)),
      );
      const data = join(base, 'shared', 'data');
      expect(statSync(data).ino).toBe(inode);
      stand.exec('web', 'sh', '-c', 'echo two >>/data/row');
      expect(readFileSync(join(data, 'row'), 'utf8')).toBe('one\ntwo\n');
      docker('restart', '-t', '1', stand.containers()['web']?.id ?? '');
      const all =
        'cat /data/row /www/page /app.conf /run/secrets/word /host.env';
      expect(stand.exec('web', 'sh', '-c', all)).toBe(
        'one\ntwo\nfirstconfopenGREETING=hello-there',
      );
      expect(await stand.plan(release)).toMatchObject({
        ...{ exit_code: 0, changes: [], adopted: false, release_update: false },
      });
      // From now on it is a module like any other.
      const next = adopted({ ...tracked(), 'www/page': 'second' });
      expect((await stand.plan(next)).changes).toMatchObject([
        { resource: 'service/web', action: 'recreate', destructive: false },
      ]);
      await stand.applied(next);
      expect(stand.exec('web', 'cat', '/www/page', '/data/row')).toBe(
        'secondone\ntwo',
      );
      expect(stand.started()['other']).toBe(before['other']?.startedAt);
    },
  );

  it.each<[string, (files: Files) => Files]>([
    ['a file that it mounts', (files) => ({ ...files, 'app.conf': 'other' })],
    ['a secret', (files) => ({ ...files, word: 'other' })],
    ['an env_file', (files) => ({ ...files, 'app.env': 'COLOUR=red\n' })],
    ['a file of a folder', (files) => ({ ...files, 'www/more': '' })],
    [
      'the mode of a file',
      ({ 'www/run.sh': run, ...files }) => ({ ...files, 'www/run': run ?? '' }),
    ],
  ])(
    'adopt-running: where %s is another one, it is a change',
    TIMEOUT,
    async (_, edit) => {
      upByHand({ ...tracked(), ...HOST_FILES });
      const before = stand.started();
      const release = adopted(edit(tracked()));
      expect(await stand.plan(release)).toMatchObject({
        ...{ exit_code: 1, adopted: false },
        changes: [{ resource: 'service/web', destructive: false }],
      });
      expect(stand.started()).toEqual(before);
      await stand.applied(release);
      expect(stand.exec('web', 'cat', '/data/row')).toBe('one');
      expect(stand.started()['other']).toBe(before['other']);
      expect((await stand.plan(release)).changes).toEqual([]);
    },
  );

  it.each<[string, () => void]>([
    ['a file was edited', () => writeFileSync(join(old, 'app.conf'), 'conf')],
    ['a file became executable', () => chmodSync(join(old, 'www/page'), 0o755)],
    [
      'a file of the host was edited',
      () => appendFileSync(join(old, '.env'), '# more\n'),
    ],
    [
      'a file came that git does not have',
      () => writeFileSync(join(old, 'www/extra'), ''),
    ],
  ])(
    'adopt-running: where %s after the start, it is a change',
    TIMEOUT,
    async (_, edit) => {
      upByHand({ ...tracked(), ...HOST_FILES });
      edit();
      expect(await stand.plan(adopted(tracked()))).toMatchObject({
        ...{ exit_code: 1, adopted: false },
        changes: [{ resource: 'service/web' }],
      });
    },
  );

  it(
    'adopt-running: content written in the compose file is compared as well',
    TIMEOUT,
    async () => {
      const inline = (content: string) =>
        composeFile(
          { configs: [{ source: 'app', target: '/app.conf' }] },
          { configs: { app: { content } } },
        );
      upByHand(inline('one'));
      const moved = { manifest: { compose: { project_directory: old } } };
      const release = (content: string) =>
        stand.release(inline(content), moved);
      expect(await stand.plan(release('one'))).toMatchObject({
        ...{ exit_code: 0, adopted: true },
      });
      expect(await stand.plan(release('two'))).toMatchObject({
        ...{ exit_code: 1, adopted: false },
      });
      await stand.applied(release('two'));
      expect(stand.exec('web', 'cat', '/app.conf')).toBe('two');
      expect(existsSync(`${old}.before-apply-gates`)).toBe(true);
    },
  );
});

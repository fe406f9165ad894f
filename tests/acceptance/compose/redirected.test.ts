import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import {
  containersOf,
  docker,
  hasEngine,
  removeProject,
  uniqueProject,
} from '../../support/engine.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

const TIMEOUT = { timeout: 120_000 };

/** Each leads compose somewhere else, or makes it fail. */
const redirections = (folder: string, other: string) => ({
  COMPOSE_FILE: join(folder, 'other.yaml'),
  COMPOSE_PROJECT_NAME: other,
  COMPOSE_PROFILES: 'debug',
  COMPOSE_REMOVE_ORPHANS: '1',
  COMPOSE_IGNORE_ORPHANS: '1',
  COMPOSE_PARALLEL_LIMIT: 'x',
  COMPOSE_PATH_SEPARATOR: ',',
  COMPOSE_ENV_FILES: join(folder, 'other.env'),
  COMPOSE_DISABLE_ENV_FILE: '1',
  COMPOSE_CONVERT_WINDOWS_PATHS: '1',
  COMPOSE_COMPATIBILITY: '1',
  COMPOSE_ANSI: 'always',
  COMPOSE_PROGRESS: 'json',
  COMPOSE_STATUS_STDOUT: '1',
  COMPOSE_MENU: '1',
  COMPOSE_BAKE: 'x',
  COMPOSE_EXPERIMENTAL: 'x',
  DOCKER_HOST: 'tcp://127.0.0.1:1',
  DOCKER_CONTEXT: 'nowhere',
  DOCKER_CONFIG: folder,
});

describe.skipIf(!hasEngine || !hasSshd)('compose that is led elsewhere', () => {
  let sshd: TestSshd | undefined;
  let stand: ComposeStand;
  const other = uniqueProject();

  afterEach(async () => {
    await stand.close();
    removeProject(other);
    await sshd?.stop();
    sshd = undefined;
  });

  const release = (manifest: object = {}) => {
    const { image } = stand;
    return stand.release(
      {
        'compose.yaml': {
          services: {
            web: { image, environment: { WORD: '${WORD:-none}' } },
            debug: { image, profiles: ['debug'] },
          },
        },
      },
      { manifest: { ...manifest } },
    );
  };

  /** An orphan stands in the project: it must neither go nor be told. */
  async function expectUntouched(manifest: object, word: string) {
    docker(
      ...['run', '-d', '--name', `${stand.project}-orphan-1`],
      ...['--label', `com.docker.compose.project=${stand.project}`],
      ...['--label', 'com.docker.compose.service=orphan', stand.image],
    );
    await stand.applied(release(manifest));
    expect(Object.keys(stand.containers())).toEqual(['orphan', 'web']);
    expect(containersOf(other)).toEqual([]);
    expect(stand.containers()['web']?.name).toBe(`${stand.project}-web-1`);
    expect(stand.exec('web', 'sh', '-c', 'echo $WORD')).toBe(word);
    const before = stand.started();
    expect(await stand.plan(release(manifest))).toMatchObject({
      ...{ exit_code: 0, changes: [], release_update: false },
    });
    expect(await stand.apply(release(manifest))).toMatchObject({
      result: 'noop',
    });
    expect(stand.started()).toEqual(before);
  }

  /** A file that would run in the project, if compose were led to it. */
  const writeOther = (folder: string) => {
    const model = {
      services: { web: { image: 'other' }, stray: { image: 'other' } },
    };
    writeFileSync(join(folder, 'other.yaml'), JSON.stringify(model));
    writeFileSync(join(folder, 'other.env'), 'WORD=other\n');
  };

  it('by the environment of the login changes nothing', TIMEOUT, async () => {
    // Of a folder that is there before the host is.
    const folder = '/tmp';
    const pairs = Object.entries(redirections(folder, other));
    sshd = await startSshd(
      `SetEnv ${pairs.map(([key, value]) => `${key}=${value}`).join(' ')}`,
    );
    stand = await openComposeStand(sshd);
    await expectUntouched({}, 'none');
  });

  it.each<[string, (key: string, value: string) => string]>([
    ['plain lines', (key, value) => `${key}=${value}`],
    ['exports', (key, value) => `export ${key}=${value}`],
    ['quotes and spaces', (key, value) => `  ${key} = "${value}" # so`],
    ['colons', (key, value) => `${key}: ${value}`],
    ['odd spaces', (key, value) => `\v\u00a0${key}=${value}`],
    ['what follows a quote', (key, value) => `A_${key}="a" ${key}=${value}`],
    ['carriage returns', (key, value) => `${key}=${value}\r`],
  ])(
    'by %s of a .env on the host changes nothing',
    TIMEOUT,
    async (_, line) => {
      stand = await openComposeStand();
      const { host, project } = stand;
      writeOther(host.folder);
      mkdirSync(join(host.runtimeRoot, project, 'shared'), { recursive: true });
      const lines = Object.entries(redirections(host.folder, other)).map(
        ([key, value]) => line(key, value),
      );
      stand.keep(
        '.env',
        `${[...lines, line('WORD', 'kept-word')].join('\n')}\n`,
      );
      await expectUntouched({ host_files: ['.env'] }, 'kept-word');
    },
  );

  it('by a .env in git changes nothing', TIMEOUT, async () => {
    stand = await openComposeStand();
    const { host, image } = stand;
    writeOther(host.folder);
    const lines = Object.entries(redirections(host.folder, other)).map(
      ([key, value]) => `${key}=${value}\n`,
    );
    const tracked = stand.release({
      'compose.yaml': {
        services: { web: { image }, debug: { image, profiles: ['debug'] } },
      },
      '.env': lines.join(''),
    });
    await stand.applied(tracked);
    expect(Object.keys(stand.containers())).toEqual(['web']);
    expect((await stand.plan(tracked)).changes).toEqual([]);
  });

  it(
    'and a variable that would be ignored is not taken for empty',
    TIMEOUT,
    async () => {
      stand = await openComposeStand();
      stand.keep('.env', 'COMPOSE_WORD=kept-word\nWORD=kept-word\n');
      const using = (name: string) =>
        stand.release(
          {
            'compose.yaml': {
              services: {
                web: { image: stand.image, environment: { A: `\${${name}}` } },
              },
            },
          },
          { manifest: { host_files: ['.env'] } },
        );
      expect(await stand.ask(using('COMPOSE_WORD'))).toMatchObject({
        refusal: { code: 'plan/unset-variable' },
      });
      expect(await stand.ask(using('WORD'))).toMatchObject({ kind: 'planned' });
    },
  );
});

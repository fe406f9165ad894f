import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  buildImage,
  type ImageFile,
  type ImageOptions,
} from './engine-image.ts';
import { readProgramClosure } from './program-closure.ts';
import { findProgram } from './program-path.ts';
import { pathOf } from './requirements.ts';

/** What a compose file says of a service; tests add to it. */
export interface DatabaseService {
  readonly image: string;
  readonly volumes: readonly string[];
}

/** True where these tests can run; give it to `describe.skipIf(!…)`. */
export const hasRedis = pathOf('redis') !== undefined;
export const hasPostgres = pathOf('postgres') !== undefined;
export const hasSqlite = pathOf('sqlite3') !== undefined;

/** Not root's, since the server refuses to run as root. */
const POSTGRES_ID = process.getuid?.() || 70;

const POSTGRES_PROGRAMS = [
  ...['postgres', 'initdb', 'psql', 'pg_isready'],
  ...['pg_dump', 'pg_restore'],
];

/** Starts as root where it may, as images of databases do, and steps down. */
const POSTGRES_ENTRY = `#!/bin/sh
set -e
if [ "$(id -u)" = 0 ]; then
  chown -R ${POSTGRES_ID}:${POSTGRES_ID} "$PGDATA"
  exec start-stop-daemon -S -c ${POSTGRES_ID}:${POSTGRES_ID} -x "$0" -- "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --auth=trust --username=postgres --encoding=UTF8 --locale=C --no-sync
fi
exec postgres -k /tmp -c listen_addresses='*' "$@"
`;

/**
 * The real Redis of this machine as an image of the project, keeping its data
 * in the source given (a volume or a folder). Ask it with
 * `docker exec <container> redis-cli …`.
 */
export async function redisService(
  project: string,
  data = 'redis-data',
): Promise<DatabaseService> {
  const server = pathOf('redis');
  if (server === undefined) throw new Error('redis is missing');
  const client = findProgram('redis-cli', dirname(server));
  if (client === undefined) throw new Error('redis-cli is missing');
  const check = findProgram('redis-check-rdb', dirname(server));
  const arguments_ = ['--dir', '/data', '--appendonly', 'yes'];
  const { ref } = await buildImage(project, 'redis:1', {
    files: {
      ...readProgramClosure(server),
      ...readProgramClosure(client),
      ...(check === undefined ? {} : readProgramClosure(check)),
      data: { folderOf: process.getuid?.() ?? 0 },
    },
    environment: searchedIn(server, client),
    command: ['redis-server', ...arguments_, '--protected-mode', 'no'],
    healthcheck: { test: 'redis-cli ping | grep -q PONG', retries: 100 },
    ...steppedDown(),
  });
  return { image: ref, volumes: [`${data}:/data`] };
}

/**
 * The real PostgreSQL of this machine, the same way. Ask it with
 * `docker exec <container> psql -Atc …`.
 */
export async function postgresService(
  project: string,
  data = 'postgres-data',
): Promise<DatabaseService> {
  const server = pathOf('postgres');
  if (server === undefined) throw new Error('postgres is missing');
  const folder = dirname(server);
  const programs = POSTGRES_PROGRAMS.map((name) => join(folder, name));
  const { ref } = await buildImage(project, 'postgres:1', {
    files: {
      ...Object.assign({}, ...programs.map(readProgramClosure)),
      ...readPostgresFiles(folder),
      'bin/start-postgres': POSTGRES_ENTRY,
      'etc/passwd': `root:x:0:0::/:/bin/sh\npostgres:x:${POSTGRES_ID}:${POSTGRES_ID}::/:/bin/sh\n`,
      'data/postgres': { folderOf: POSTGRES_ID },
    },
    environment: {
      ...searchedIn(server),
      PGDATA: '/data/postgres',
      PGHOST: '/tmp',
      PGUSER: 'postgres',
    },
    entrypoint: ['/bin/start-postgres'],
    command: [],
    healthcheck: { test: 'pg_isready -q', retries: 100 },
    ...steppedDown(),
  });
  return { image: ref, volumes: [`${data}:/data/postgres`] };
}

/** An image that idles and has the real sqlite3 of this machine. */
export async function sqliteImage(project: string): Promise<string> {
  const program = pathOf('sqlite3');
  if (program === undefined) throw new Error('sqlite3 is missing');
  const { ref } = await buildImage(project, 'sqlite:1', {
    files: readProgramClosure(program),
    environment: searchedIn(program),
  });
  return ref;
}

/** A folder of the host belongs to who runs the tests: so does the server. */
function steppedDown(): Pick<ImageOptions, 'user'> {
  const id = process.getuid?.() ?? 0;
  return id === 0 ? {} : { user: `${id}:${id}` };
}

function searchedIn(...programs: readonly string[]): { PATH: string } {
  const folders = programs.map((program) => dirname(program));
  return { PATH: [...new Set([...folders, '/bin'])].join(':') };
}

/** It finds these by where they lie from its own folder, as Debian has it. */
function readPostgresFiles(folder: string): Record<string, ImageFile> {
  const libraries = join(folder, '../lib');
  const shared = dirname(folder).replace('/lib/', '/share/');
  const paths = [
    ...readdirSync(libraries)
      .filter((name) => name.endsWith('.so') && !name.startsWith('llvm'))
      .map((name) => join(libraries, name)),
    ...readdirSync(shared, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  ];
  return Object.fromEntries(
    paths.map((path) => [path.slice(1), readFileSync(path)]),
  );
}

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Receipt } from '../../src/model/receipt.ts';
import { type CommandRun, runCommand } from './command-line.ts';
import { type ComposeLane, openComposeLane } from './compose-lane.ts';
import { docker, enginePath } from './engine.ts';
import {
  type DatabaseService,
  postgresService,
  redisService,
} from './engine-databases.ts';
import { buildImage } from './engine-image.ts';
import { pathOf } from './requirements.ts';

/** Of the Redis of this lane; it may show up nowhere. */
export const REDIS_PASSWORD = 'not-for-your-eyes';

/** Stateful modules that run, one of each class, behind a real sshd. */
export interface RestoreLane extends ComposeLane {
  readonly backupRoot: string;
  /** `apply-gates backup … --json`, with the key of the host. */
  backup(...args: readonly string[]): Promise<CommandRun>;
  /** Takes a backup of a module; its path. */
  taken(module: string): Promise<string>;
  receipt(path: string): Receipt;
  redis(...words: readonly string[]): string;
  psql(query: string): string;
  sqlite(query: string): string;
  /** What operations left behind: containers and folders of their own. */
  leftovers(): string[];
}

export async function openRestoreLane(): Promise<RestoreLane> {
  const lane = await openComposeLane();
  const { project } = lane;
  const services = await describeServices(project);
  const input = JSON.stringify({
    services,
    volumes: { data: {}, lite: {}, 'redis-data': {}, 'postgres-data': {} },
  });
  execFileSync(
    enginePath(),
    ['compose', '-p', project, '-f', '-', 'up', '-d', '--wait'],
    { input, stdio: ['pipe', 'ignore', 'pipe'] },
  );
  lane.commit({
    ...module(lane, 'files', { class: 'volume', volumes: ['data'] }),
    ...module(lane, 'lite', { class: 'sqlite', paths: ['/data/app.db'] }),
    ...module(lane, 'redis', { class: 'redis' }),
    ...module(lane, 'postgres', { class: 'postgres' }),
  });
  const backupRoot = join(lane.platform.host, 'backups');
  const key = lane.sshd.privateKeyPath;
  const backup: RestoreLane['backup'] = (...args) =>
    runCommand(
      lane.platform,
      'backup',
      ...args,
      ...['--ssh-key-file', key, '--json'],
    );
  const inside = (service: string, ...argv: readonly string[]) =>
    docker('exec', `${project}-${service}-1`, ...argv);
  return {
    ...{ ...lane, backupRoot, backup },
    taken: async (id) => {
      const run = await backup(id);
      const { outputs } = run.json() as { outputs: Record<string, string> };
      const path = outputs['backup-ref'];
      if (path) return path;
      throw new Error(`${run.stdout}${run.stderr}`);
    },
    receipt: (path) => JSON.parse(readFileSync(`${path}.receipt.json`, 'utf8')),
    redis: (...words) => inside('redis', 'redis-cli', ...words),
    psql: (query) => inside('postgres', 'psql', '-At', '-c', query),
    sqlite: (query) => askSqlite(`${project}_lite`, query),
    leftovers: () => [...scratchOf(project), ...foldersIn(backupRoot)],
  };
}

async function describeServices(project: string) {
  const { ref } = await buildImage(project, 'idle');
  return {
    files: { image: ref, volumes: ['data:/data'] },
    lite: { image: ref, volumes: ['lite:/data'] },
    redis: withPassword(await redisService(project)),
    postgres: await postgresService(project),
  };
}

function withPassword(service: DatabaseService) {
  return {
    ...service,
    environment: { REDISCLI_AUTH: REDIS_PASSWORD },
    command: [
      ...['redis-server', '--dir', '/data', '--requirepass', REDIS_PASSWORD],
      // The server waits for others who might want the same.
      ...['--repl-diskless-sync-delay', '0'],
    ],
    healthcheck: { interval: '300ms' },
  };
}

function module(lane: ComposeLane, id: string, backup: object) {
  return lane.module(id, {
    compose: { services: { [id]: { image: 'none' } } },
    manifest: { stateful: true, backup, compose: { services: [id] } },
  });
}

function askSqlite(volume: string, query: string): string {
  const format = ['--format', '{{.Mountpoint}}'];
  const folder = docker('volume', 'inspect', ...format, volume);
  const args = [join(folder, 'app.db'), query];
  return execFileSync(pathOf('sqlite3') ?? '', args, {
    encoding: 'utf8',
  }).trim();
}

function scratchOf(project: string): string[] {
  const mine = `label=apply-gates.tests.project=${project}`;
  const format = '{{.Label "apply-gates.scratch"}}';
  return docker('ps', '-a', '--filter', mine, '--format', format)
    .split('\n')
    .filter(Boolean);
}

function foldersIn(backupRoot: string): string[] {
  const work = join(backupRoot, '.work');
  return existsSync(work)
    ? readdirSync(work, { withFileTypes: true })
        .filter((each) => each.isDirectory())
        .map(({ name }) => name)
    : [];
}

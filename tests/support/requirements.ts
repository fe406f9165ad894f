import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findStaticBusybox } from './busybox.ts';
import { findProgram, isExecutable } from './program-path.ts';

/**
 * Programs that some tests need. Where one is missing those tests are skipped,
 * unless APPLY_GATES_REQUIRE names it ("sshd node24"): then nothing runs.
 */
const FINDERS = {
  sshd: { variable: 'APPLY_GATES_SSHD', find: findSshd },
  node24: { variable: 'APPLY_GATES_NODE24', find: findNode24 },
  engine: { variable: 'APPLY_GATES_ENGINE', find: findEngine },
  registry: {
    variable: 'APPLY_GATES_REGISTRY',
    find: (given) => given || findProgram('docker-registry'),
  },
  redis: {
    variable: 'APPLY_GATES_REDIS',
    find: (given) => given || findProgram('redis-server'),
  },
  sqlite3: {
    variable: 'APPLY_GATES_SQLITE3',
    find: (given) => given || findProgram('sqlite3'),
  },
  strace: { variable: 'APPLY_GATES_STRACE', find: findStrace },
  postgres: { variable: 'APPLY_GATES_POSTGRES', find: findPostgres },
} as const satisfies Record<
  string,
  {
    variable: string;
    find: (given: string | undefined) => string | undefined;
  }
>;

export type Requirement = keyof typeof FINDERS;

/** Path of a program that tests need, or undefined where it is missing. */
export function pathOf(requirement: Requirement): string | undefined {
  return process.env[FINDERS[requirement].variable] || undefined;
}

/** Looks for everything once; vitest hands the environment on to the tests. */
export function setup(): void {
  const required = (process.env['APPLY_GATES_REQUIRE'] ?? '')
    .split(/[\s,]+/)
    .filter((name) => name !== '');
  for (const name of required) {
    if (!Object.hasOwn(FINDERS, name)) {
      throw new Error(
        `APPLY_GATES_REQUIRE: ${JSON.stringify(name)} is not one of ${Object.keys(FINDERS).join(', ')}`,
      );
    }
  }
  for (const [name, { variable, find }] of Object.entries(FINDERS)) {
    const path = find(process.env[variable]);
    if (path === undefined && required.includes(name)) {
      throw new Error(
        `APPLY_GATES_REQUIRE asks for ${name}, which is not here; set ${variable} to its path or run .ci/run`,
      );
    }
    process.env[variable] = path ?? '';
  }
}

function findSshd(given: string | undefined): string | undefined {
  const path = given || findProgram('sshd');
  const client = spawnSync('ssh', ['-V'], { stdio: 'ignore' });
  const usable = path !== undefined && isExecutable(path);
  return client.status === 0 && usable ? path : undefined;
}

function findNode24(given: string | undefined): string | undefined {
  const candidate = given || process.execPath;
  const { status, stdout } = ask(candidate, '--version');
  return status === 0 && /^v24\./.test(stdout) ? candidate : undefined;
}

/** Tests make their images themselves, of a busybox that needs no library. */
function findEngine(given: string | undefined): string | undefined {
  return findStaticBusybox() === undefined
    ? undefined
    : findAnsweringEngine(given);
}

/** The client of an engine that answers, with a compose that is new enough. */
export function findAnsweringEngine(given?: string): string | undefined {
  const docker = given || findProgram('docker');
  if (docker === undefined) return undefined;
  const engine = ask(docker, 'info', '--format', '{{.ServerVersion}}');
  if (engine.status !== 0 || engine.stdout.trim() === '') return undefined;
  const compose = ask(docker, 'compose', 'version', '--short');
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(compose.stdout) ?? [];
  const isEnough = Number(major) * 1000 + Number(minor) >= 2030;
  return compose.status === 0 && isEnough ? docker : undefined;
}

/** One that may trace and inject: a container may forbid it. */
function findStrace(given: string | undefined): string | undefined {
  const strace = given || findProgram('strace');
  if (strace === undefined) return undefined;
  const inject = ['-e', 'trace=rmdir', '-e', 'inject=rmdir:error=EIO:when=1'];
  const { status } = ask(strace, '-o', '/dev/null', ...inject, 'true');
  return status === 0 ? strace : undefined;
}

/** Debian keeps the servers of each version apart, and none in PATH. */
function findPostgres(given: string | undefined): string | undefined {
  const versions = '/usr/lib/postgresql';
  try {
    const newest = readdirSync(versions)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(versions, version, 'bin/postgres'));
    return given || newest.find(isExecutable);
  } catch {
    return given || undefined;
  }
}

/** An engine that does not answer counts as none. */
function ask(program: string, ...args: readonly string[]) {
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout: stdout ?? '' };
}

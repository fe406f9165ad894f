import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Programs that some tests need. Where one is missing those tests are skipped,
 * unless APPLY_GATES_REQUIRE names it ("sshd node24"): then nothing runs.
 */
const FINDERS = {
  sshd: { variable: 'APPLY_GATES_SSHD', find: findSshd },
  node24: { variable: 'APPLY_GATES_NODE24', find: findNode24 },
} as const;

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
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
  ];
  const candidates = given
    ? [given]
    : folders.map((folder) => join(folder, 'sshd'));
  const path = candidates.find(isExecutable);
  const client = spawnSync('ssh', ['-V'], { stdio: 'ignore' });
  return client.status === 0 ? path : undefined;
}

function findNode24(given: string | undefined): string | undefined {
  const candidate = given || process.execPath;
  const { status, stdout } = spawnSync(candidate, ['--version'], {
    encoding: 'utf8',
  });
  return status === 0 && /^v24\./.test(stdout) ? candidate : undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

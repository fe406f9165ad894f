import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemExec } from '../../../src/adapters/exec.ts';
import { closeHosts } from '../../../src/adapters/transport/open-host.ts';
import { runCommand } from '../../support/command-line.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import {
  hasPostgres,
  hasRedis,
  hasSqlite,
} from '../../support/engine-databases.ts';
import {
  openRestoreLane,
  type RestoreLane,
} from '../../support/restore-lane.ts';
import { hasSshd } from '../../support/sshd.ts';

let lane: RestoreLane;
let path: string;
/** Where the client has its folders. */
let temporary: string;

/** The container of a rehearsal, once it runs, made to stand still. */
async function untilHeld(): Promise<{ container: string; program: number }> {
  const mine = `label=apply-gates.tests.project=${lane.project}`;
  const format = '{{.ID}} {{.Label "apply-gates.scratch"}}';
  for (;;) {
    const listed = docker('ps', '--filter', mine, '--format', format);
    const [, container, pid] = /^(\w+) restore-(\d+)$/m.exec(listed) ?? [];
    if (container !== undefined) {
      docker('pause', container);
      return { container, program: Number(pid) };
    }
    await delay(20);
  }
}

/** Begins a rehearsal, strikes while its container stands still, and waits. */
async function strike(
  what: (held: {
    client: ChildProcess;
    container: string;
    program: number;
  }) => void,
) {
  let client: ChildProcess | undefined;
  const running = runCommand(
    {
      ...lane.platform,
      env: { TMPDIR: temporary },
      onStart: (child) => {
        client = child;
      },
    },
    ...['backup', 'verify', path, '--restore', '--json'],
    ...['--ssh-key-file', lane.sshd.privateKeyPath],
  );
  const held = await untilHeld();
  if (!client) throw new Error('no client');
  what({ client, ...held });
  const run = await running;
  expect(run.exitCode).not.toBe(0);
  expect(lane.receipt(path).verified_at).toBeNull();
}

const childrenOf = (pid: number, ...more: readonly string[]) =>
  spawnSync('pgrep', ['-P', String(pid), ...more], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean)
    .map(Number);
const descendantsOf = (pid: number): number[] =>
  childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
const kill = (...pids: readonly number[]) => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended with what was killed before it.
    }
  }
};
/** Processes that wait for the end of the run with this folder. */
const guardsOf = (name: string) =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.at(-3) === 'guard' && words.at(-2)?.endsWith(`/${name}`);
    } catch {
      return false;
    }
  });
const nothingLeft = () =>
  expect.poll(lane.leftovers, { timeout: 40_000 }).toEqual([]);

describe.skipIf(
  !hasEngine || !hasSshd || !hasRedis || !hasPostgres || !hasSqlite,
)('a rehearsal of a restore that is killed', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    lane = await openRestoreLane();
    lane.psql('create table rows as select generate_series(1, 1000) n');
    path = await lane.taken('postgres');
    temporary = join(lane.platform.root, 'temporary');
    mkdirSync(temporary);
  }, 180_000);
  afterAll(async () => {
    // A client that was killed could not end its connection.
    for (const name of readdirSync(temporary)) {
      await closeHosts(join(temporary, name), systemExec);
    }
    await lane?.close();
  });

  it('the client killed: the host ends it, and cleans up', async () => {
    await strike(({ client, container }) => {
      client.kill('SIGKILL');
      docker('unpause', container);
    });
    await nothingLeft();
  });

  it('ssh killed: the host ends it, and cleans up', async () => {
    await strike(({ client, container }) => {
      kill(...childrenOf(client.pid ?? 0, '-x', 'ssh'));
      docker('unpause', container);
    });
    await nothingLeft();
  });

  it('the program on the host killed: its guard cleans up', async () => {
    await strike(({ container, program }) => {
      kill(program);
      docker('unpause', container);
    });
    await nothingLeft();
  });

  it('the program and all it had begun killed: its guard takes the container away', async () => {
    await strike(({ program }) => {
      const guards = guardsOf(`restore-${program}`)
        .map(Number)
        .flatMap((guard) => [guard, ...descendantsOf(guard)]);
      const begun = descendantsOf(program);
      kill(program, ...begun.filter((pid) => !guards.includes(pid)));
    });
    await nothingLeft();
  });

  it('its guard killed as well: the next operation cleans up', async () => {
    let name = '';
    await strike(({ program }) => {
      name = `restore-${program}`;
      kill(...guardsOf(name).map(Number), program, ...descendantsOf(program));
    });
    expect(lane.leftovers()).toEqual([name, name]);
    expect((await lane.backup('verify', path)).exitCode).toBe(0);
    await nothingLeft();
  });

  it('and another rehearsal goes through', async () => {
    const run = await lane.backup('verify', path, '--restore');
    expect(run.exitCode).toBe(0);
    expect(lane.receipt(path).verified_at).not.toBeNull();
    await nothingLeft();
  });
});

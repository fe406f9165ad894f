import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Exec, systemExec } from '../../../src/adapters/exec.ts';
import { commandDriver } from '../../../src/drivers/command/command-driver.ts';
import type { HostSession } from '../../../src/host/host-session.ts';
import { HOST_PROGRAM } from '../../../src/host/program.ts';
import { encodeRequest, parseAnswer } from '../../../src/host/protocol.ts';
import { holdLock } from '../../support/held-lock.ts';
import {
  applyRelease,
  makeFile,
  makeHost,
  makeHostPolicy,
  makeRelease,
  planRelease,
  STRICT_POLICY,
  type TestHost,
} from '../../support/host-modules.ts';
import { listStages } from '../../support/host-stages.ts';

let host: TestHost;
let session: HostSession;

beforeEach(async () => {
  host = makeHost();
  session = await host.open();
});

afterEach(() => host.remove());

const served = () => readFileSync(join(host.service, 'content'), 'utf8');
const stages = () => listStages(host.runtimeRoot);

it('refuses while another operation holds the lock, and leaves no trace', async () => {
  await applyRelease(session, makeRelease(host));
  const letGo = await holdLock(join(host.runtimeRoot, '.lock'));
  const second = makeRelease(host, { content: 'two' });
  const plan = await planRelease(session, second);
  const result = await applyRelease(session, second, { plan });
  await letGo();
  expect(result).toMatchObject({
    result: 'refused',
    finding: { code: 'host/locked' },
  });
  expect(served()).toBe('one');
  expect(stages()).toEqual([]);
  // Nothing was begun, so that the same run may try again.
  expect(await applyRelease(session, second, { plan })).toMatchObject({
    result: 'applied',
  });
});

it('removes the stage of a run that died, and not that of one that lives', async () => {
  await applyRelease(session, makeRelease(host));
  const staging = join(host.runtimeRoot, '.staging');
  for (const name of ['plan-site-1', 'plan-site-2', '../.plan-1']) {
    mkdirSync(join(staging, name, 'content'), { recursive: true });
    writeFileSync(join(staging, name, '.alive'), '');
  }
  const letGo = await holdLock(join(staging, 'plan-site-2/.alive'));
  await planRelease(session, makeRelease(host));
  const left = stages();
  await letGo();
  expect(left).toEqual(['plan-site-2']);
});

it('disk: a runtime root that cannot be made or written to', async () => {
  for (const runtime_root of ['/proc/apply-gates', '/dev/null/apply-gates']) {
    const policy = makeHostPolicy({ transport: 'local', runtime_root });
    const closed = await host.open({ policy });
    const release = makeRelease(host);
    const plan = await planRelease(closed, release);
    expect(await applyRelease(closed, release, { plan })).toMatchObject({
      result: 'refused',
      finding: { code: 'host/unwritable' },
    });
  }
  expect(existsSync(join(host.service, 'content'))).toBe(false);
});

const canMount =
  spawnSync('unshare', ['--mount', 'true']).status === 0 &&
  process.getuid?.() === 0;

describe.skipIf(!canMount)('on a small disk', () => {
  beforeEach(() => {
    mkdirSync(host.runtimeRoot);
    const args = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', host.runtimeRoot];
    execFileSync('mount', args);
  });
  afterEach(() => {
    execFileSync('umount', [host.runtimeRoot]);
  });

  it('disk full: refused at whatever moment, and the old state is whole', async () => {
    const first = makeRelease(host);
    await applyRelease(session, first);
    const second = makeRelease(host, {
      content: 'two',
      files: [makeFile('modules/site/large', 'x'.repeat(40_000))],
    });
    const plan = await planRelease(session, second);
    const filler = join(host.runtimeRoot, 'filler');
    let refusals = 0;
    // The nearer to full, the earlier it fails: unpacking, reserve, release.
    for (const kilobytes of [0, 4, 16, 48, 80, 120, 200, 300, 340, 400, 600]) {
      const room = spawnSync('df', ['--output=avail', host.runtimeRoot]);
      const free = Number(String(room.stdout).split('\n')[1]);
      writeFileSync(filler, Buffer.alloc(Math.max(0, free - kilobytes) * 1024));
      const attempt = {
        ...plan,
        created_at: `2026-11-20T10:00:${10 + refusals}Z`,
      };
      const result = await applyRelease(session, second, { plan: attempt });
      rmSync(filler);
      if (result.result === 'applied') break;
      refusals += 1;
      expect(result).toMatchObject({
        result: 'refused',
        finding: { code: 'host/unwritable' },
      });
      expect(readlinkSync(join(host.runtimeRoot, 'site/current'))).toBe(
        `releases/${first.tree}`,
      );
      expect(stages()).toEqual([]);
      expect(served()).toBe('one');
    }
    expect(refusals).toBeGreaterThan(3);
    expect(served()).toBe('two');
  });

  it('disk full: a release that does not fit is refused when it is planned', async () => {
    const release = makeRelease(host, {
      files: [makeFile('modules/site/large', 'x'.repeat(2_000_000))],
    });
    const createdAt = '2026-11-20T10:00:00Z';
    expect(
      await commandDriver.plan({
        policy: STRICT_POLICY,
        host: session,
        release,
        createdAt,
      }),
    ).toMatchObject({ refusal: { code: 'host/unwritable' } });
    expect(stages()).toEqual([]);
  });

  it('disk full: an apply that fills the disk still tells how it ended', async () => {
    const fill = `head -c 4000000 /dev/zero >${host.runtimeRoot}/filler; exit 1`;
    const release = makeRelease(host, { scripts: { apply: fill } });
    expect(await applyRelease(session, release)).toMatchObject({
      result: 'failed',
      liveTree: null,
    });
  });
});

describe('the program on other shells and with less around it', () => {
  const run = (program: string, fields: Readonly<Record<string, string>>) => {
    const result = spawnSync('/bin/sh', ['-c', 'eval "$0"', program], {
      input: encodeRequest(fields),
      env: {},
    });
    const answer = parseAnswer(result.stdout);
    if (answer.kind !== 'answer') throw new Error(String(result.stderr));
    return Object.fromEntries(
      [...answer.fields].map(([key, value]) => [key, String(value)]),
    );
  };

  it('names the programs that a host lacks, before it does anything', () => {
    const folder = mkdtempSync(join(tmpdir(), 'apply-gates-path-'));
    for (const tool of ['sh', 'env', 'base64', 'tr', 'tail']) {
      symlinkSync(join('/usr/bin', tool), join(folder, tool));
    }
    const program = HOST_PROGRAM.replace(/^PATH=.*$/m, `PATH=${folder}`);
    const answer = run(program, { op: 'probe', root: host.runtimeRoot });
    rmSync(folder, { recursive: true });
    expect(answer['problem']).toBe('unsupported');
    expect(answer['missing']?.split(' ')).toEqual(
      expect.arrayContaining(['flock', 'setsid', 'tar', 'timeout']),
    );
  });

  it('refuses what is not a request of ours', () => {
    const good = { op: 'record', root: '/r', runtime: 'a', module: 'a' };
    for (const fields of [
      { ...good, strange: 'x' },
      { ...good, root: 'relative' },
      { ...good, root: '/a/../b' },
      { ...good, root: '/a b' },
      { ...good, module: '../x' },
      { ...good, module: 'a\nb' },
      { ...good, attempt: '../../x' },
      { ...good, attempt: '' },
      { ...good, op: 'rm' },
    ]) {
      expect(run(HOST_PROGRAM, fields)['problem']).toBe('malformed');
    }
  });

  it('tells what is live on a host', async () => {
    const release = makeRelease(host);
    await applyRelease(session, release, { fence: 3 });
    const answer = run(HOST_PROGRAM, { op: 'probe', root: host.runtimeRoot });
    expect(answer).toMatchObject({
      fence: '3',
      releases: `site releases/${release.tree}\n`,
    });
  });

  const shells = ['bash', 'dash', 'busybox sh'].filter(
    (shell) => spawnSync('sh', ['-c', `command -v ${shell}`]).status === 0,
  );

  it.each(shells)('applies under %s', async (shell) => {
    const program = HOST_PROGRAM.replaceAll(' sh -c ', ` ${shell} -c `);
    expect(program).not.toBe(HOST_PROGRAM);
    const exec = { run: rewriteProgram(program) };
    const rewritten = await host.open({ exec });
    const release = makeRelease(host);
    expect(await applyRelease(rewritten, release)).toMatchObject({
      result: 'applied',
      liveTree: release.tree,
    });
    const broken = makeRelease(host, {
      content: 'two',
      scripts: { apply: 'exit 1' },
    });
    expect(await applyRelease(rewritten, broken)).toMatchObject({
      result: 'rolled_back',
      liveTree: release.tree,
    });
  });
});

/** Sends another program text in place of the usual one. */
function rewriteProgram(program: string): Exec['run'] {
  return (command) => {
    const args = command.args.map((each) =>
      each === HOST_PROGRAM ? program : each,
    );
    return systemExec.run({ ...command, args });
  };
}

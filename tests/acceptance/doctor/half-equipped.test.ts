import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { systemExec } from '../../../src/adapters/exec.ts';
import { openHost } from '../../../src/adapters/transport/open-host.ts';
import { askHost } from '../../../src/cli/doctor/look-at-host.ts';
import { judgeHost } from '../../../src/doctor/judge-host.ts';
import { policySchema } from '../../../src/model/policy.ts';
import { examineFindings } from '../../support/doctor-rows.ts';
import { enginePath, hasEngine } from '../../support/engine.ts';
import { listFolder } from '../../support/host-listing.ts';
import { canMask, makeMaskingExec } from '../../support/masked-programs.ts';
import { findProgram, isExecutable } from '../../support/program-path.ts';

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'apply-gates-half-')));
  mkdirSync(join(root, 'host/backups'), { recursive: true });
  mkdirSync(join(root, 'host/.staging/apply-1'), { recursive: true });
  writeFileSync(join(root, 'host/.staging/.lock'), '');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Rows of a host where something else stands for these programs. */
async function examine(programs: Readonly<Record<string, string>>) {
  const policy = policySchema.parse({
    schema: 1,
    hosts: { box: { transport: 'local', runtime_root: join(root, 'host') } },
  });
  const { box } = policy.hosts;
  if (!box) throw new Error('no host');
  const exec =
    Object.keys(programs).length === 0 ? systemExec : makeMaskingExec(programs);
  const session = await openHost({
    ...{ name: 'box', policy: box, knownHosts: '', folder: root, exec },
    redact: (text) => text.replaceAll('hunter22', '[redacted]'),
  });
  const backupRoot = join(root, 'host/backups');
  const request = { backupRoot, timeLeft: () => 60_000 };
  const seen = await askHost(session, request, systemClock);
  const facts = { name: 'box', policy: box, backupRoot, seen };
  return examineFindings(judgeHost(facts, undefined));
}

const pathOf = (name: string) => {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not here`);
  return path;
};
const hide = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [pathOf(name), '/dev/null']));

function script(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

describe.skipIf(!canMask)('doctor on a host that lacks something', () => {
  it('without flock: what it takes to tell is unknown, all else is seen', async () => {
    const found = await examine(hide('flock'));
    expect(found.faults('box')).toEqual([
      'tools/absent',
      ...(hasEngine ? [] : ['engine/absent', 'compose/absent']),
      'backup-root/open',
      'leftovers/unknown',
    ]);
    const [tools] = found.findings.filter(
      ({ code }) => code === 'tools/absent',
    );
    expect(tools?.reason).toBe('flock');
  });

  it('without what an answer takes it says what is missing', async () => {
    const found = await examine(hide('base64', 'setsid'));
    expect(found.faults('box')).toEqual(['tools/absent', 'rest/unknown']);
    expect(found.findings.map(({ reason }) => reason)).toContain(
      'base64 setsid',
    );
  });

  it.each([
    ['+10 minutes', ['clock/wrong']],
    ['-10 minutes', ['clock/wrong']],
    ['+1 minute', ['clock/skewed']],
    ['+1 second', []],
  ])('whose clock is off by %s', async (offset, faults) => {
    const date = join(root, 'real-date');
    copyFileSync(pathOf('date'), date);
    const shifted = script('date', `exec ${date} -d '${offset}' "$@"`);
    const found = await examine({ [pathOf('date')]: shifted });
    const clock = found
      .faults('box')
      .filter((code) => code.startsWith('clock'));
    expect(clock).toEqual(faults);
  });

  it('and writes nothing while it looks', async () => {
    const list = () => [
      ...listFolder(join(root, 'host')),
      ...listFolder(join(root, 'host/.staging')),
    ];
    const before = list();
    expect((await examine({})).faults('box')).toContain('leftovers/stage');
    expect(list()).toEqual(before);
  });
});

describe.skipIf(!hasEngine || !canMask)('doctor on an engine', () => {
  const docker = (text: string) =>
    examine({ [enginePath()]: script('docker', text) });
  const engineOf = (found: Awaited<ReturnType<typeof examine>>) =>
    found.faults('box').filter((code) => /^(?:engine|compose)/.test(code));

  it('that is not there', async () => {
    const all = ['/usr/local/bin', '/usr/bin']
      .map((folder) => join(folder, 'docker'))
      .filter(isExecutable);
    const nowhere = [enginePath(), ...all].map((path) => [path, '/dev/null']);
    expect(engineOf(await examine(Object.fromEntries(nowhere)))).toEqual([
      'engine/absent',
      'compose/absent',
    ]);
  });

  it('that does not let us ask, with an old compose', async () => {
    const found = await docker(
      '[ "$1" = compose ] && { echo v2.29.7; exit; }\necho "hunter22: permission denied" >&2; exit 1',
    );
    expect(engineOf(found)).toEqual(['engine/silent', 'compose/old']);
    expect(JSON.stringify(found.findings)).not.toContain('hunter22');
  });

  it('without compose, or with one that says something else', async () => {
    const none = 'case $1 in compose) exit 1 ;; *) echo 27.0.1 ;; esac';
    expect(engineOf(await docker(none))).toEqual(['compose/absent']);
    expect(engineOf(await docker('echo dev'))).toEqual(['compose/unknown']);
  });

  it('as it is here', async () => {
    expect(engineOf(await examine({}))).toEqual([]);
  });
});

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HostSession } from '../../../src/host/host-session.ts';
import {
  applyRelease,
  makeFile,
  makeHost,
  makeRelease,
  planRelease,
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
const calls = () => {
  const path = join(host.service, 'calls');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
};
const current = () => readlinkSync(join(host.runtimeRoot, 'site/current'));
const leftOver = () => listStages(host.runtimeRoot);

it('plans drift without changing anything, not even the runtime root', async () => {
  const plan = await planRelease(session, makeRelease(host));
  expect(plan).toMatchObject({
    exit_code: 1,
    changes: [{ resource: 'command/site', action: 'update' }],
    health: 'unknown',
    observed: { release: null, sha: null, plan_status: 2, plan_sum: null },
  });
  expect(existsSync(host.runtimeRoot)).toBe(false);
});

it('applies a first release and finds it in sync afterwards', async () => {
  const release = makeRelease(host);
  const result = await applyRelease(session, release);
  expect(result).toMatchObject({
    result: 'applied',
    releaseOnly: false,
    health: 'healthy',
    returncode: 0,
    liveTree: release.tree,
  });
  expect(served()).toBe('one');
  expect(current()).toBe(`releases/${release.tree}`);
  expect(leftOver()).toEqual([]);
  expect(await planRelease(session, release)).toMatchObject({
    exit_code: 0,
    changes: [],
    health: 'healthy',
    release_update: false,
    adopted: false,
  });
});

it('does nothing where the same tree is live, in sync and healthy', async () => {
  const release = makeRelease(host);
  await applyRelease(session, release);
  expect(await applyRelease(session, release)).toMatchObject({
    result: 'noop',
    liveTree: release.tree,
  });
  expect(calls()).toEqual(['applied']);
});

it('says that something in sync is unhealthy, and leaves it alone', async () => {
  const health = `test ! -e ${host.service}/broken`;
  const release = makeRelease(host, {
    scripts: { health },
    manifest: { health: { timeout: '2s', streak: 1, interval: '1s' } },
  });
  await applyRelease(session, release);
  writeFileSync(join(host.service, 'broken'), '');
  expect(await applyRelease(session, release)).toMatchObject({
    result: 'unhealthy',
    finding: { code: 'apply/unhealthy' },
    liveTree: release.tree,
  });
  expect(calls()).toEqual(['applied']);
});

it('flips the release only where nothing that runs would change', async () => {
  const same = { plan: 'exit 0', health: 'exit 0' };
  await applyRelease(session, makeRelease(host));
  const release = makeRelease(host, { content: 'two', scripts: same });
  const plan = await planRelease(session, release);
  expect(plan).toMatchObject({ exit_code: 0, release_update: true });
  expect(await applyRelease(session, release)).toMatchObject({
    result: 'applied',
    releaseOnly: true,
    liveTree: release.tree,
  });
  expect(calls()).toEqual(['applied']);
});

it('adopts what runs already and equals the plan', async () => {
  const release = makeRelease(host);
  writeFileSync(join(host.service, 'content'), 'one');
  expect(await planRelease(session, release)).toMatchObject({
    exit_code: 0,
    adopted: true,
  });
  expect(await applyRelease(session, release)).toMatchObject({
    result: 'applied',
    releaseOnly: true,
  });
  expect(calls()).toEqual([]);
});

it('empty-data: shared data survives releases, prune and a failed apply', async () => {
  const changes = { manifest: { host_dirs: ['data'], host_files: ['.env'] } };
  const shared = join(host.runtimeRoot, 'site/shared');
  mkdirSync(join(shared, 'data'), { recursive: true });
  writeFileSync(join(shared, 'data/book'), 'kept');
  writeFileSync(join(shared, '.env'), 'A=1');
  for (const content of ['one', 'two', 'three', 'four', 'five']) {
    const release = makeRelease(host, { ...changes, content });
    const result = await applyRelease(session, release);
    expect(result).toMatchObject({ result: 'applied' });
  }
  const apply = 'exit 1';
  await applyRelease(
    session,
    makeRelease(host, { ...changes, content: 'six', scripts: { apply } }),
  );
  const linked = join(host.runtimeRoot, 'site/current/modules/site/data/book');
  expect(readFileSync(linked, 'utf8')).toBe('kept');
  const releases = readdirSync(join(host.runtimeRoot, 'site/releases'));
  const trees = releases.filter((name) => !name.includes('.'));
  expect(trees.length).toBeLessThanOrEqual(4);
});

it('empty-data: what is declared and not there is refused, never made', async () => {
  const release = makeRelease(host, {
    manifest: { host_files: ['.env'], host_dirs: ["it's data"] },
  });
  await expect(planRelease(session, release)).rejects.toThrow(
    /^plan\/host-file-missing/,
  );
  expect(existsSync(join(host.runtimeRoot, 'site/shared'))).toBe(false);
});

it('keeps private what is private', async () => {
  await applyRelease(session, makeRelease(host));
  const mode = (path: string) =>
    statSync(join(host.runtimeRoot, path)).mode & 0o777;
  expect(mode('site/shared')).toBe(0o700);
  expect(mode('attempts')).toBe(0o700);
  expect(mode('.staging')).toBe(0o700);
});

it('archive: an entry that leaves the release is refused before it is sent', async () => {
  for (const file of [
    makeFile('../../etc/cron.d/x', 'x'),
    makeFile('/etc/cron.d/x', 'x'),
    makeFile('modules/site/link', '../../../secret', '120000'),
    makeFile('modules/site/link', '/etc/passwd', '120000'),
  ]) {
    const release = makeRelease(host, { files: [file] });
    await expect(planRelease(session, release)).rejects.toThrow(
      /^scope\/unsupported-entry/,
    );
  }
});

it('carries modes, symlinks, long and unusual names over unchanged', async () => {
  const long = `modules/site/${'d'.repeat(90)}/${'n'.repeat(120)}`;
  const release = makeRelease(host, {
    files: [
      makeFile(long, 'long'),
      makeFile('modules/site/ünï $(id) "quoted" \'name\'', 'odd'),
      makeFile('modules/site/-rf', 'dash'),
      makeFile('modules/site/link', 'content', '120000'),
    ],
  });
  expect(await applyRelease(session, release)).toMatchObject({
    result: 'applied',
  });
  const at = (path: string) => join(host.runtimeRoot, 'site/current', path);
  expect(readFileSync(at(long), 'utf8')).toBe('long');
  expect(
    readFileSync(at('modules/site/ünï $(id) "quoted" \'name\''), 'utf8'),
  ).toBe('odd');
  expect(readlinkSync(at('modules/site/link'))).toBe('content');
  expect(statSync(at('modules/site/apply.sh')).mode & 0o777).toBe(0o755);
});

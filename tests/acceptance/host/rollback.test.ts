import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HostSession } from '../../../src/host/host-session.ts';
import {
  applyRelease,
  makeHost,
  makeRelease,
  type TestHost,
} from '../../support/host-modules.ts';

let host: TestHost;
let session: HostSession;

beforeEach(async () => {
  host = makeHost();
  session = await host.open();
});

afterEach(() => host.remove());

const served = () => readFileSync(join(host.service, 'content'), 'utf8');
const calls = () =>
  readFileSync(join(host.service, 'calls'), 'utf8').trim().split('\n');
const current = () => readlinkSync(join(host.runtimeRoot, 'site/current'));
const QUICK = { timeout: '2s', streak: 1, interval: '1s' };

it('runs the release before again when the new one does not get healthy', async () => {
  const first = makeRelease(host);
  await applyRelease(session, first);
  const second = makeRelease(host, {
    content: 'two',
    scripts: { health: 'echo sick; exit 1' },
    manifest: { health: QUICK },
  });
  expect(await applyRelease(session, second)).toMatchObject({
    result: 'rolled_back',
    finding: { code: 'apply/rolled-back' },
    health: 'healthy',
    returncode: 0,
    liveTree: first.tree,
    output: ['sick'],
  });
  expect(served()).toBe('one');
  expect(current()).toBe(`releases/${first.tree}`);
});

it('goes back by the commands of the release before, not by the new ones', async () => {
  const first = makeRelease(host, {
    scripts: {
      apply: `cp modules/site/content ${host.service}/content; echo "$1" >>${host.service}/calls`,
    },
    manifest: {
      command: { apply: ['modules/site/apply.sh', 'first\'s "$(id)"'] },
    },
  });
  await applyRelease(session, first);
  const second = makeRelease(host, {
    content: 'two',
    scripts: { apply: 'echo broken; exit 3' },
  });
  expect(await applyRelease(session, second)).toMatchObject({
    result: 'rolled_back',
    returncode: 3,
    output: ['broken'],
  });
  expect(calls()).toEqual(['first\'s "$(id)"', 'first\'s "$(id)"']);
});

it('fails where the release before does not come back either', async () => {
  const health = `test ! -e ${host.service}/broken && cmp -s modules/site/content ${host.service}/content`;
  const manifest = { health: QUICK };
  await applyRelease(
    session,
    makeRelease(host, { scripts: { health }, manifest }),
  );
  const second = makeRelease(host, {
    content: 'two',
    scripts: { apply: `touch ${host.service}/broken; exit 1`, health },
    manifest,
  });
  expect(await applyRelease(session, second)).toMatchObject({
    result: 'failed',
    finding: { code: 'apply/failed' },
    health: 'unhealthy',
  });
});

it('empty-data: does not go back to a release whose data is gone', async () => {
  const data = join(host.runtimeRoot, 'site/shared/data');
  mkdirSync(data, { recursive: true });
  await applyRelease(
    session,
    makeRelease(host, { manifest: { host_dirs: ['data'] } }),
  );
  rmSync(data, { recursive: true });
  const second = makeRelease(host, {
    content: 'two',
    scripts: { apply: 'exit 1' },
  });
  expect(await applyRelease(session, second)).toMatchObject({
    result: 'failed',
    liveTree: second.tree,
  });
  expect(calls()).toEqual(['applied']);
});

it('stops what a first apply created, and leaves no current behind', async () => {
  const release = makeRelease(host, {
    scripts: { health: 'exit 1' },
    manifest: { health: QUICK },
  });
  expect(await applyRelease(session, release)).toMatchObject({
    result: 'failed',
    finding: { code: 'apply/failed' },
    liveTree: null,
  });
  expect(calls()).toEqual(['applied', 'stopped']);
  expect(existsSync(join(host.runtimeRoot, 'site/current'))).toBe(false);
});

it('declares-itself-stateless: what is live decides, and a person may arm the change', async () => {
  const first = makeRelease(host, { manifest: { stateful: true } });
  expect(await applyRelease(session, first)).toMatchObject({
    result: 'applied',
  });
  const second = makeRelease(host, { content: 'two' });
  expect(await applyRelease(session, second)).toMatchObject({
    result: 'refused',
    finding: { code: 'stateful/blocked' },
  });
  expect(current()).toBe(`releases/${first.tree}`);
  expect(served()).toBe('one');
  expect(await applyRelease(session, second, { armed: true })).toMatchObject({
    result: 'applied',
  });
  const third = makeRelease(host, { content: 'three' });
  expect(await applyRelease(session, third)).toMatchObject({
    result: 'applied',
  });
});

it('never goes back by itself with a stateful module', async () => {
  const manifest = { stateful: true };
  await applyRelease(session, makeRelease(host, { manifest }));
  const second = makeRelease(host, {
    content: 'two',
    scripts: { apply: 'exit 1' },
    manifest,
  });
  expect(await applyRelease(session, second)).toMatchObject({
    result: 'failed',
    liveTree: second.tree,
  });
  expect(calls()).toEqual(['applied']);
});

it('a flapping service never counts as healthy', async () => {
  const toggle = `if test -e ${host.service}/up; then rm ${host.service}/up; exit 1; fi; touch ${host.service}/up`;
  const release = makeRelease(host, {
    scripts: { health: toggle },
    manifest: { health: { timeout: '5s', streak: 2, interval: '1s' } },
  });
  expect(await applyRelease(session, release)).toMatchObject({
    result: 'failed',
    health: 'unhealthy',
  });
});

it('asks health.http from the host, and takes an error for what it is', async () => {
  let status = 200;
  const server = createServer((_request, response) => {
    response.statusCode = status;
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const manifest = {
    health: { ...QUICK, http: `http://127.0.0.1:${port}/?a=$(id)&b` },
  };
  try {
    const release = makeRelease(host, { manifest });
    expect(await applyRelease(session, release)).toMatchObject({
      result: 'applied',
    });
    status = 500;
    expect(await applyRelease(session, release)).toMatchObject({
      result: 'unhealthy',
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

it('does not trust a release on the host that was edited there', async () => {
  const first = makeRelease(host);
  const second = makeRelease(host, { content: 'two' });
  await applyRelease(session, first);
  await applyRelease(session, second);
  const kept = join(host.runtimeRoot, 'site/releases', first.tree);
  writeFileSync(join(kept, 'modules/site/content'), 'edited');
  expect(await applyRelease(session, first)).toMatchObject({
    result: 'applied',
  });
  expect(served()).toBe('one');
});

it('refuses to apply over a live release that was edited on the host', async () => {
  const release = makeRelease(host);
  await applyRelease(session, release);
  const live = join(host.runtimeRoot, 'site/current/modules/site/content');
  writeFileSync(live, 'edited');
  writeFileSync(join(host.service, 'content'), 'drifted');
  expect(await applyRelease(session, release)).toMatchObject({
    result: 'refused',
    finding: { code: 'apply/plan-changed' },
  });
  expect(calls()).toEqual(['applied']);
});

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commandDriver } from '../../../src/drivers/command/command-driver.ts';
import type { HostSession } from '../../../src/host/host-session.ts';
import {
  applyRelease,
  makeHost,
  makeRelease,
  planRelease,
  STRICT_POLICY,
  type TestHost,
} from '../../support/host-modules.ts';

let host: TestHost;
let session: HostSession;

beforeEach(async () => {
  host = makeHost();
  session = await host.open();
});

afterEach(() => host.remove());

const at = (path: string) => join(host.runtimeRoot, path);

it('puts a live release back that somebody removed', async () => {
  const release = makeRelease(host);
  await applyRelease(session, release);
  rmSync(at('site/releases'), { recursive: true });
  expect(await applyRelease(session, release)).toMatchObject({
    result: 'applied',
    releaseOnly: true,
    liveTree: release.tree,
  });
  expect(existsSync(at('site/current/modules/site/content'))).toBe(true);
  expect(readFileSync(join(host.service, 'calls'), 'utf8')).toBe('applied\n');
});

it('refuses where something else stands in the place of current', async () => {
  mkdirSync(at('site/current'), { recursive: true });
  const result = await commandDriver.plan({
    policy: STRICT_POLICY,
    host: session,
    release: makeRelease(host),
    createdAt: '2026-11-20T10:00:00Z',
  });
  expect(result).toMatchObject({ refusal: { code: 'host/unwritable' } });
  if (result.kind !== 'refused') return;
  expect(result.refusal.remedy).toContain(
    `mv -T ${at('site/current')} ${at('site/current')}.before`,
  );
});

it.each(['x', '99999999999999999999999', '-1', '1 2'])(
  'refuses a fence that cannot be read: %s',
  async (fence) => {
    mkdirSync(host.runtimeRoot);
    writeFileSync(at('.fence'), `${fence}\n`);
    expect(
      await applyRelease(session, makeRelease(host), { fence: 5 }),
    ).toMatchObject({ result: 'refused', finding: { code: 'host/fenced' } });
    expect(readFileSync(at('.fence'), 'utf8')).toBe(`${fence}\n`);
  },
);

it('forgets old attempts, but none that never ended', async () => {
  const release = makeRelease(host);
  const plan = await planRelease(session, release);
  mkdirSync(at('attempts'), { recursive: true, mode: 0o700 });
  const long = new Date('2020-01-01T00:00:00Z');
  const write = (name: string, text: string) => {
    writeFileSync(at(`attempts/${name}`), text);
    utimesSync(at(`attempts/${name}`), long, long);
  };
  write('open.json', '{"schema":1,"phase":"applying"}');
  write('open.json.77', '{"schema":1,"phase":"apply');
  for (let number = 0; number < 210; number += 1) {
    write(`old-${number}.json`, '{"schema":1,"phase":"finished"}');
  }
  await applyRelease(session, release, { plan });
  const names = readdirSync(at('attempts'));
  expect(names.length).toBeLessThanOrEqual(201);
  expect(names).toContain('open.json');
});

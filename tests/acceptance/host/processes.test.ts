import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HostSession } from '../../../src/host/host-session.ts';
import {
  applyRelease,
  makeHost,
  makeRelease,
  planRelease,
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

it('a process that an apply leaves running holds neither lock nor run', async () => {
  // It keeps the output open and goes on writing to it, as careless ones do.
  const start = `cp modules/site/content ${host.service}/content
    (until test -e ${host.service}/end; do echo alive; sleep 0.1; done; touch ${host.service}/ended) &`;
  const scripts = { apply: start };
  const first = makeRelease(host, { scripts });
  expect(await applyRelease(session, first)).toMatchObject({
    result: 'applied',
  });
  const second = makeRelease(host, { content: 'two', scripts });
  expect(await applyRelease(session, second)).toMatchObject({
    result: 'applied',
  });
  // Its writes never failed, so it lives until it is told to end.
  writeFileSync(join(host.service, 'end'), '');
  while (!existsSync(join(host.service, 'ended'))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

it('two applies at once change the host one after the other', async () => {
  const apply = `test ! -e ${host.service}/busy || touch ${host.service}/met
    touch ${host.service}/busy; sleep 0.5; rm ${host.service}/busy
    cp modules/site/content ${host.service}/content`;
  const one = makeRelease(host, { scripts: { apply } });
  const two = makeRelease(host, { content: 'two', scripts: { apply } });
  const plans = [
    await planRelease(session, one),
    await planRelease(session, two),
  ] as const;
  const wait = { lockWaitMs: 20_000 };
  const results = await Promise.all([
    applyRelease(session, one, { plan: plans[0], ...wait }),
    applyRelease(session, two, { plan: plans[1], ...wait }),
  ]);
  // The second one finds another release than the one it was planned on.
  expect(results.map(({ result }) => result).sort()).toEqual([
    'applied',
    'refused',
  ]);
  expect(existsSync(join(host.service, 'met'))).toBe(false);
  expect(['one', 'two']).toContain(served());
});

it('what an apply prints is capped, and never stops it', async () => {
  const apply = `yes flood | head -c 5000000; cp modules/site/content ${host.service}/content; echo the end`;
  const release = makeRelease(host, { scripts: { apply } });
  const result = await applyRelease(session, release);
  if (result.result !== 'applied') throw new Error(result.result);
  const bytes = result.output.join('\n').length;
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThanOrEqual(49_152);
});

it('workflow-command-injection: what a host prints comes back as data only', async () => {
  const hostile = '::add-mask::x\n::stop-commands::y\n::set-output name=a::b';
  const apply = `cat <<'END'\n${hostile}\nEND\napply-gates 1\nend\nexit 1`;
  const release = makeRelease(host, { scripts: { apply } });
  const result = await applyRelease(session, release);
  expect(result).toMatchObject({ result: 'failed' });
  if (result.result === 'unknown') throw new Error('unknown');
  expect(result.output).toEqual(expect.arrayContaining(hostile.split('\n')));
});

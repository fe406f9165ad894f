import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/adapters/clock.ts';
import { systemExec } from '../../../src/adapters/exec.ts';
import { closeHosts } from '../../../src/adapters/transport/open-host.ts';
import { attemptName } from '../../../src/drivers/attempt/attempt-name.ts';
import { commandDriver } from '../../../src/drivers/command/command-driver.ts';
import {
  applyRelease,
  makeHost,
  makeRelease,
  planRelease,
  type TestHost,
} from '../../support/host-modules.ts';
import { listStages } from '../../support/host-stages.ts';
import {
  isApply,
  makeKillingExec,
  untilExists,
} from '../../support/killing-exec.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

const RUN = { id: '7', number: '7', attempt: '1', url: '' };
/** Does not wait, and lets time pass only for those who ask for it. */
const impatientClock: Clock = {
  ...systemClock,
  sleep: () => delay(50).then(() => {}),
};

let host: TestHost;
let sshd: TestSshd;

afterEach(() => host.remove());

const at = (name: string) => join(host.service, name);
/** A script that tells that it began, and goes on when it is let. */
const waits = (then: string) =>
  `touch ${at('began')}; until test -e ${at('go')}; do sleep 0.1; done; ${then}`;
const COPY = () => `cp modules/site/content ${at('content')}`;
const letGo = () => writeFileSync(at('go'), '');
const leftOver = () => listStages(host.runtimeRoot);

describe.skipIf(!hasSshd)('over ssh', () => {
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  it('ssh killed in the middle of an apply: the record tells the true result', async () => {
    host = makeHost(sshd);
    const exec = makeKillingExec({
      isVictim: isApply,
      when: async () => {
        await untilExists(at('began'));
        // The shared connection goes down as well, not only its client.
        await closeHosts(host.job, systemExec);
        setTimeout(letGo, 1_000);
      },
    });
    const session = await host.open({ exec });
    const release = makeRelease(host, {
      scripts: { apply: waits(COPY()) },
    });
    const result = await applyRelease(session, release);
    expect(result).toMatchObject({ result: 'applied', health: 'healthy' });
    await expect.poll(leftOver, { timeout: 10_000 }).toEqual([]);
  });

  it('a host that is gone for good in the middle of an apply is unknown', async () => {
    const own = await startSshd();
    host = makeHost(own);
    const exec = makeKillingExec({
      isVictim: isApply,
      when: async () => {
        await untilExists(at('began'));
        await own.stop();
        await closeHosts(host.job, systemExec);
      },
    });
    const session = await host.open({ exec });
    const release = makeRelease(host, { scripts: { apply: waits(COPY()) } });
    const result = await applyRelease(session, release, {
      clock: impatientClock,
    });
    letGo();
    expect(result).toMatchObject({
      result: 'unknown',
      finding: { code: 'apply/unknown' },
    });
    await untilExists(at('content'));
  });
});

describe('the client is killed', () => {
  it.each(['plan', 'apply', 'health'])(
    'SIGKILL while the host is at its %s command: the worker goes on',
    async (name) => {
      host = makeHost();
      const usual = {
        plan: `cmp -s modules/site/content ${at('content')} || exit 2`,
        apply: COPY(),
        health: `cmp -s modules/site/content ${at('content')}`,
      };
      const scripts = {
        ...usual,
        [name]: `if test -e ${at('armed')}; then ${waits(':')}; fi; ${usual[name as keyof typeof usual]}`,
      };
      const exec = makeKillingExec({
        isVictim: isApply,
        when: async () => {
          await untilExists(at('began'));
          setTimeout(letGo, 500);
        },
      });
      const session = await host.open({ exec });
      const release = makeRelease(host, { scripts });
      const plan = await planRelease(session, release);
      writeFileSync(at('armed'), '');
      const result = await applyRelease(session, release, { plan });
      expect(result).toMatchObject({
        result: 'applied',
        liveTree: release.tree,
      });
    },
  );

  it('SIGKILL at any moment: what is told is what is true', async () => {
    host = makeHost();
    const first = makeRelease(host);
    await applyRelease(await host.open(), first);
    const told = new Set<string>();
    for (let step = 0; step < 6; step += 1) {
      const scripts =
        step < 5 ? {} : { apply: `${COPY()}; touch ${at('began')}` };
      const exec = makeKillingExec({
        isVictim: isApply,
        // The last one, on a machine of any speed, when it has begun.
        when: () =>
          step < 5
            ? delay(step * 120).then(() => {})
            : untilExists(at('began')),
      });
      const session = await host.open({ exec });
      const next = makeRelease(host, { content: `content ${step}`, scripts });
      const before = readFileSync(at('content'), 'utf8');
      const result = await applyRelease(session, next);
      told.add(result.result);
      const after = readFileSync(at('content'), 'utf8');
      if (result.result === 'applied') expect(after).toBe(`content ${step}`);
      else expect([result.result, after]).toEqual(['refused', before]);
      // The worker is told as finished a moment before it has gone.
      await expect.poll(leftOver, { timeout: 10_000 }).toEqual([]);
    }
    expect(told).toContain('applied');
  });

  it('SIGKILL before the request was whole: nothing began, and nothing will', async () => {
    host = makeHost();
    const exec = makeKillingExec({
      isVictim: isApply,
      when: () => delay(500).then(() => {}),
      limitInput: (input) => input.subarray(0, input.length - 2_000),
    });
    const session = await host.open({ exec });
    const release = makeRelease(host);
    const plan = await planRelease(session, release);
    const result = await applyRelease(session, release, {
      plan,
      clock: impatientClock,
    });
    expect(result).toMatchObject({
      result: 'refused',
      finding: { code: 'plan/host-unreachable' },
    });
    // The same request, should it arrive late, finds that it was given up.
    const late = await applyRelease(session, release, { plan });
    expect(late).toEqual(result);
    expect(existsSync(at('content'))).toBe(false);
  });

  it('SIGKILL of the worker itself: unknown, and never a second try', async () => {
    host = makeHost();
    const session = await host.open();
    const release = makeRelease(host, { scripts: { apply: waits(COPY()) } });
    const plan = await planRelease(session, release);
    const record = attemptName(RUN, plan);
    const applying = applyRelease(session, release, { plan, run: RUN });
    await untilExists(at('began'));
    expect(
      await commandDriver.readRecord({ host: session, release, record }),
    ).toEqual({ kind: 'running', phase: 'applying' });
    const path = join(host.runtimeRoot, 'attempts', `${record}.json`);
    const { pid } = JSON.parse(readFileSync(path, 'utf8'));
    process.kill(pid, 'SIGKILL');
    expect(await applying).toMatchObject({
      result: 'unknown',
      finding: { code: 'apply/unknown' },
    });
    letGo();
    expect(
      await applyRelease(session, release, { plan, run: RUN }),
    ).toMatchObject({ result: 'unknown' });
  });

  it('reads no record where no attempt began', async () => {
    host = makeHost();
    const session = await host.open();
    const release = makeRelease(host);
    const request = { host: session, release, record: 'never' };
    expect(await commandDriver.readRecord(request)).toEqual({ kind: 'absent' });
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/adapters/clock.ts';
import { systemExec } from '../../../src/adapters/exec.ts';
import { closeHosts } from '../../../src/adapters/transport/open-host.ts';
import { composeDriver } from '../../../src/drivers/compose/compose-driver.ts';
import { planComposeRelease } from '../../support/compose-modules.ts';
import {
  type CutProject,
  openCutProject,
  TEN_POINTS,
} from '../../support/cut-project.ts';
import { hasEngine } from '../../support/engine.ts';
import { watchMoments } from '../../support/engine-moments.ts';
import { makeHostPolicy } from '../../support/host-modules.ts';
import { isApply, makeKillingExec } from '../../support/killing-exec.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

/** Does not wait, and lets time pass only for those who ask for it. */
const impatientClock: Clock = {
  ...systemClock,
  sleep: () => delay(50).then(() => {}),
};

describe.skipIf(!hasEngine || !hasSshd)('ssh is lost in the middle', () => {
  let sshd: TestSshd;
  let cut: CutProject;

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());
  afterEach(() => cut.close());

  it('ssh-killed-mid-up: at ten points the operation finishes, and its record is read back', {
    timeout: 300_000,
  }, async () => {
    cut = await openCutProject(sshd);
    const { host } = cut.stand;
    let cuts = 0;
    for (const point of TEN_POINTS) {
      const name = `edition-${point}`;
      const release = cut.edition(name);
      const plan = await cut.stand.plan(release);
      const moments = watchMoments(cut.project);
      const requests: Buffer[] = [];
      const killing = makeKillingExec({
        isVictim: isApply,
        when: async () => {
          if (await moments.reach(point)) cuts += 1;
          // The shared connection goes down as well, not only its client.
          await closeHosts(host.job, systemExec);
        },
      });
      const session = await host.open({
        exec: {
          run: (command) => {
            if (Buffer.isBuffer(command.input)) requests.push(command.input);
            return killing.run(command);
          },
        },
      });
      const result = await cut.stand.apply(release, { plan, host: session });
      await moments.stop();
      expect(result).toMatchObject({ result: 'applied', health: 'healthy' });
      // Whatever happened to the connection, it was never asked for again.
      expect(requests.filter(isApply)).toHaveLength(1);
      await cut.expectRunning(name);
    }
    expect(cuts).toBe(TEN_POINTS.length);
  });

  it('ssh exit 255 or a drop in the middle of an apply: unknown, until the record of the host says how it ended', {
    timeout: 120_000,
  }, async () => {
    const own = await startSshd();
    cut = await openCutProject(own);
    const { host } = cut.stand;
    const release = cut.edition('second');
    const plan = await cut.stand.plan(release);
    const moments = watchMoments(cut.project);
    const exec = makeKillingExec({
      isVictim: isApply,
      when: async () => {
        await moments.reach(3);
        await own.stop();
        await closeHosts(host.job, systemExec);
      },
    });
    const session = await host.open({ exec });
    const result = await cut.stand.apply(release, {
      plan,
      host: session,
      clock: impatientClock,
    });
    await moments.stop();
    expect(result).toMatchObject({
      result: 'unknown',
      finding: { code: 'apply/unknown' },
    });
    if (result.result !== 'unknown') return;
    // The host is there again, reached another way.
    const { runtimeRoot } = host;
    const policy = makeHostPolicy({
      transport: 'local',
      runtime_root: runtimeRoot,
    });
    const back = await host.open({ policy });
    const request = { host: back, release, record: result.record };
    const read = () => composeDriver.readRecord(request);
    let found = await read();
    while (found.kind === 'running') found = await read();
    expect(found).toMatchObject({
      kind: 'ended',
      ending: { result: 'applied', liveTree: release.tree },
    });
    expect(await planComposeRelease(back, release)).toMatchObject({
      exit_code: 0,
    });
  });
});

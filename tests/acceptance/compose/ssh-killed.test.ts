import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemExec } from '../../../src/adapters/exec.ts';
import { closeHosts } from '../../../src/adapters/transport/open-host.ts';
import {
  type CutProject,
  openCutProject,
  TEN_POINTS,
} from '../../support/cut-project.ts';
import { hasEngine } from '../../support/engine.ts';
import { watchMoments } from '../../support/engine-moments.ts';
import { isApply, makeKillingExec } from '../../support/killing-exec.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

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
});

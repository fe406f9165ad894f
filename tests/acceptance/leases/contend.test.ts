import { describe, expect, it } from 'vitest';
import { contend } from '../../support/leases/contend.ts';
import { hasSshd } from '../../support/sshd.ts';

// The long form is `npx tsx scripts/faults/leases.ts`.
describe.skipIf(!hasSshd)('lanes that contend for two hosts', () => {
  it('38: killed and stopped at random: one effective holder per fence, and free again after the lease', {
    timeout: 900_000,
  }, async () => {
    const { problems, hosts, killed, stopped, codes } = await contend({
      ...{ contenders: 3, seconds: 20, leaseSeconds: 15 },
      ...{ struck: 0.5, lost: 0.2 },
    });
    expect(problems, JSON.stringify({ killed, stopped, codes })).toEqual([]);
    // Who came last, when nobody was struck any more, had both.
    for (const { changes } of Object.values(hosts)) {
      expect(changes).toBeGreaterThan(0);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { contend } from '../../support/leases/contend.ts';
import { hasSshd } from '../../support/sshd.ts';

// The long form is `npx tsx scripts/faults/leases.ts`.
describe.skipIf(!hasSshd)('lanes that contend for two hosts', () => {
  it('38: killed and stopped at random: one effective holder per fence, and free again after the lease', {
    timeout: 900_000,
  }, async () => {
    const { problems, hosts } = await contend({
      ...{ contenders: 4, seconds: 30, leaseSeconds: 6 },
      ...{ struck: 0.5, lost: 0.2 },
    });
    expect(problems).toEqual([]);
    for (const { changes } of Object.values(hosts)) {
      expect(changes).toBeGreaterThan(0);
    }
  });
});

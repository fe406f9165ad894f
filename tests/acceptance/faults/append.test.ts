import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFaultStand } from '../../support/faults/fault-stand.ts';
import { sampleOf } from '../../support/faults/list-strikes.ts';
import {
  append,
  bundlePersist,
  type Work,
} from '../../support/faults/works.ts';
import { pathOf } from '../../support/requirements.ts';

// A few of all; the long form is `npx tsx scripts/faults/append.ts`.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'apply-gates-faults-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!pathOf('strace'))('killed or EIO at a system call', () => {
  it.each<[string, (folder: string) => Promise<Work>, RegExp]>([
    ['an append', async () => append, /./],
    // The server's side, and of it where the branch moves.
    ['a persist', bundlePersist, /^receive-pack.* rename/],
  ])(
    'of %s: verifies afterwards',
    { timeout: 300_000 },
    async (_, make, of) => {
      const stand = await openFaultStand(await make(folder));
      try {
        const { changing } = await stand.list();
        const some = changing.filter(({ launch, call }) =>
          of.test(`${launch} ${call}`),
        );
        expect(some.length).toBeGreaterThan(1);
        for (const strike of sampleOf(some, 5)) {
          const end = await stand.strike(strike);
          expect({ ...strike, problems: end.problems }).toEqual({
            ...strike,
            problems: [],
          });
        }
        expect(stand.inspect()).not.toMatch(/error|missing|broken/);
      } finally {
        await stand.close();
      }
    },
  );
});

import { expect, it } from 'vitest';
import { tryWriters } from '../../support/faults/writers.ts';

// The long form is `npx tsx scripts/faults/writers.ts`.
it('20 writers at once, killed at random: every acknowledged append is there exactly once, numbers without gaps', {
  timeout: 300_000,
}, async () => {
  const options = { writers: 20, appends: 1, killed: 0.35 };
  const { problems, refused, acknowledged } = await tryWriters(options);
  expect(problems).toEqual([]);
  expect(refused).toBe(0);
  expect(acknowledged).toBeGreaterThan(0);
});

import { expect, it } from 'vitest';
import { pushEvent } from '../support/forge-events.ts';
import { openLane } from '../support/lane.ts';

const STEPS = ['scope', 'stateful', 'plan', 'guard', 'apply', 'report'];

it.each(STEPS)(
  'ref-moves-between-steps: a commit pushed before %s is never applied by this run',
  async (moment) => {
    const lane = await openLane({ modules: { web: {} } });
    try {
      const { module } = lane.platform;
      const { before, after } = lane.commit(module('web', { version: '2' }));
      const run = await lane.run(pushEvent(before, after), {
        beforeStep: (id) => {
          if (id === moment) lane.commit(module('web', { version: '3' }));
        },
      });
      expect(run.exitCode).toBe(0);
      expect([undefined, '2']).toContain(lane.platform.running('web'));
      const sha = lane.status('web')?.last_apply_sha;
      expect([undefined, after]).toContain(sha);
    } finally {
      await lane.close();
    }
  },
);

it.each(STEPS)(
  'ref-moves-between-steps: a newer run that overtakes before %s is not undone',
  async (moment) => {
    const lane = await openLane({ modules: { web: {} } });
    try {
      const { module } = lane.platform;
      const older = lane.commit(module('web', { version: '2' }));
      let newest = '';
      await lane.run(pushEvent(older.before, older.after), {
        beforeStep: async (id) => {
          if (id !== moment) return;
          const newer = lane.commit(module('web', { version: '3' }));
          newest = newer.after;
          await lane.run(pushEvent(newer.before, newer.after));
        },
      });
      expect(lane.platform.running('web')).toBe('3');
      expect(lane.platform.applies('web').at(-1)).toBe('3');
      expect(lane.status('web')?.last_apply_sha).toBe(newest);
    } finally {
      await lane.close();
    }
  },
);

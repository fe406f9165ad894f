import { describe, expect, it } from 'vitest';
import { openComposeLane } from '../../support/compose-lane.ts';
import { hasEngine, removeProject } from '../../support/engine.ts';
import { makeHistory } from '../../support/history.ts';
import { HistoryPlayer } from '../../support/history-player.ts';
import { hasSshd } from '../../support/sshd.ts';

// How to play all fifty, or one that failed, is in tests/README.md.
const count = Number(process.env['APPLY_GATES_HISTORIES'] ?? '4');
const first = Number(process.env['APPLY_GATES_SEED'] ?? '1');
const seeds = Array.from({ length: count }, (_, index) => first + index);

describe.skipIf(!hasEngine || !hasSshd)('any history of edits', () => {
  it.concurrent.each(seeds)(
    'ends with the host in sync with HEAD (seed %i)',
    { timeout: 600_000 },
    async (seed) => {
      // No lane is killed here, and none may lose its lease to a slow machine.
      const policy = { state: { lease: '15m' } };
      const lane = await openComposeLane({ policy });
      try {
        const history = makeHistory(seed);
        const player = new HistoryPlayer(lane);
        await player.begin();
        for (const step of history) await player.play(step);
        await player.end();
        expect(player.differences()).toEqual([]);
      } finally {
        removeProject(`${lane.project}x`);
        await lane.close();
      }
    },
  );
});

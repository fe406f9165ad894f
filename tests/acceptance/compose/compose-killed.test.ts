import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CutProject,
  openCutProject,
  TEN_POINTS,
} from '../../support/cut-project.ts';
import { hasEngine } from '../../support/engine.ts';
import { signalCompose } from '../../support/engine-moments.ts';

describe.skipIf(!hasEngine)('compose is killed in the middle', () => {
  let cut: CutProject;

  beforeEach(async () => {
    cut = await openCutProject();
  });
  afterEach(() => cut.close());

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'compose-killed-mid-up: %s at ten points is taken up again',
    { timeout: 300_000 },
    async (signal) => {
      let cuts = 0;
      for (const point of TEN_POINTS) {
        const edition = `${signal}-${point}`;
        const { result, wasCut } = await cut.cutAt(point, edition, () =>
          signalCompose(cut.project, signal),
        );
        if (wasCut) cuts += 1;
        expect(result).toMatchObject({ result: 'applied', health: 'healthy' });
        await cut.expectRunning(edition);
      }
      expect(cuts).toBeGreaterThan(7);
    },
  );
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptName } from '../../../src/drivers/attempt/attempt-name.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { cutOffIn } from '../../support/cut-off.ts';
import { type CutProject, openCutProject } from '../../support/cut-project.ts';
import { hasEngine } from '../../support/engine.ts';
import { signalCompose } from '../../support/engine-moments.ts';

const run = (attempt: string) => ({ id: '7', number: '7', attempt, url: '' });

describe.skipIf(!hasEngine)('the worker on the host is killed', () => {
  let cut: CutProject;

  beforeEach(async () => {
    cut = await openCutProject();
  });
  afterEach(() => cut.close());

  const killWorker = (record: string) => {
    const { runtimeRoot } = cut.stand.host;
    const path = join(runtimeRoot, 'attempts', `${record}.json`);
    process.kill(JSON.parse(readFileSync(path, 'utf8')).pid, 'SIGKILL');
  };

  it.each([
    ['alone: the compose it had started ends first', []],
    ['and with it all that it had started', ['SIGKILL']],
  ] as const)('worker-killed: %s', { timeout: 300_000 }, async (_, signals) => {
    for (const point of [1, 5, 7, 8, 10]) {
      const name = `edition-${signals.length}-${point}`;
      const identity = run(String(point));
      const cutIt = (plan: Plan) => {
        killWorker(attemptName(identity, plan));
        for (const signal of signals) signalCompose(cut.project, signal);
      };
      const { result } = await cut.cutAt(point, name, cutIt, {
        run: identity,
      });
      expect(result).toMatchObject({
        result: 'unknown',
        finding: { code: 'apply/unknown' },
      });
      const plan = await cut.stand.plan(cut.edition(name));
      expect(plan.changes.some(({ destructive }) => destructive)).toBe(false);
      await cut.stand.applied(cut.edition(name));
      await cut.expectRunning(name);
    }
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'worker-killed: %s in every phase, and the next apply brings all in sync',
    { timeout: 300_000 },
    async (signal) => {
      const { stand } = cut;
      for (const phase of ['started', 'flipping', 'applying', 'checking']) {
        const edition = `${signal}-${phase}`;
        await cutOffIn(phase, stand, cut.edition(edition), signal);
        await stand.apply(cut.edition(edition));
        await cut.expectRunning(edition);
      }
      const web = {
        image: stand.image,
        command: ['sh', '-c', 'exit 1'],
        volumes: ['/data'],
      };
      const broken = stand.release({ 'compose.yaml': { services: { web } } });
      await cutOffIn('rolling-back', stand, broken, signal);
      const last = cut.edition(`${signal}-last`);
      await stand.applied(last);
      expect(await stand.plan(last)).toMatchObject({ exit_code: 0 });
      for (const [name, one] of Object.entries(stand.containers())) {
        expect(one.name).toBe(`${cut.project}-${name}-1`);
        expect(stand.exec(name, 'cat', '/data/rows')).toBe(name);
      }
    },
  );
});

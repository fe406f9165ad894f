import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptName } from '../../../src/drivers/attempt/attempt-name.ts';
import type { Plan } from '../../../src/model/plan.ts';
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
});

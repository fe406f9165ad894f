import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { attemptName } from '../../src/drivers/attempt/attempt-name.ts';
import type { Release } from '../../src/drivers/driver.ts';
import type { ComposeStand } from './compose-stand.ts';
import { signalCompose } from './engine-moments.ts';

const RUN = { id: '8', number: '8', attempt: '1', url: '' };

/**
 * Ends the worker of an apply, and what it had started, once its record names
 * a phase: nobody can say how that apply ended.
 */
export async function cutOffIn(
  phase: string,
  stand: ComposeStand,
  release: Release,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  const plan = await stand.plan(release);
  const name = `${attemptName(RUN, plan)}.json`;
  const path = join(stand.host.runtimeRoot, 'attempts', name);
  let isOver = false;
  const applying = stand.apply(release, { plan, run: RUN }).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}';
    const record = JSON.parse(text);
    if (record.phase === phase) {
      process.kill(record.pid, signal);
      break;
    }
    await delay(1);
  }
  // It may not have begun yet.
  for (let tries = 0; tries < 100 && !isOver; tries += 1) {
    if (signalCompose(stand.project, signal)) break;
    await delay(2);
  }
  expect(await applying).toMatchObject({ result: 'unknown' });
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makePlatform, type Platform } from '../../tests/support/platform.ts';
import { dispatchEvent, makeStepRun } from '../../tests/support/step-run.ts';
import { systemExec } from '../adapters/exec.ts';
import { openRepository } from '../adapters/git.ts';
import { readRemote } from './remote.ts';

let platform: Platform;
beforeEach(() => {
  platform = makePlatform({ 'README.md': 'x' });
});
afterEach(() => platform.close());

const read = () => {
  const { context } = makeStepRun(platform, dispatchEvent('')).ports;
  return readRemote(context, openRepository(systemExec, platform.checkout));
};

it('is what origin says, else the repository itself', async () => {
  expect((await read()).url).toBe(platform.remote);
  platform.git('remote', 'remove', 'origin');
  expect((await read()).url).toBe(platform.checkout);
});

it('is not guessed where origin cannot be read', async () => {
  writeFileSync(join(platform.checkout, '.git/config'), '[remote');
  await expect(read()).rejects.toMatchObject({ code: 'git/unavailable' });
});

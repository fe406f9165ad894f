import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';
import { watchMoments } from '../../support/engine-moments.ts';
import { holdLock } from '../../support/held-lock.ts';
import { listStages } from '../../support/host-stages.ts';

const canMount =
  spawnSync('unshare', ['--mount', 'true']).status === 0 &&
  process.getuid?.() === 0;

let stand: ComposeStand;

const release = (edition: string) =>
  stand.release(
    {
      'compose.yaml': {
        services: {
          web: {
            image: stand.image,
            environment: { EDITION: edition, TOKEN: '${TOKEN}' },
            volumes: ['./www:/www:ro'],
          },
        },
      },
      'www/page': edition,
      'www/large': 'x'.repeat(40_000),
    },
    { manifest: { host_files: ['.env'] } },
  );

const at = (path: string) => join(stand.host.runtimeRoot, path);
const module = (path: string) => at(`${stand.project}/${path}`);
const served = () => stand.exec('web', 'cat', '/www/page');

const stages = () => listStages(stand.host.runtimeRoot);

/** Until an apply has staged its release and waits for the lock. */
async function untilWaiting(): Promise<void> {
  while (!stages().some((name) => existsSync(at(`.staging/${name}/request`)))) {
    await delay(10);
  }
}

async function open(): Promise<void> {
  stand = await openComposeStand();
}

async function begin(): Promise<void> {
  stand.keep('.env', 'TOKEN=not-for-your-eyes\n');
  await stand.applied(release('one'));
}

describe.skipIf(!hasEngine || !canMount)(
  'on a small disk',
  {
    timeout: 120_000,
  },
  () => {
    beforeEach(async () => {
      await open();
      const root = stand.host.runtimeRoot;
      execFileSync('mkdir', ['-p', root]);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', root]);
      await begin();
    });
    afterEach(async () => {
      const root = stand.host.runtimeRoot;
      execFileSync('mount', ['-o', 'remount,rw', root]);
      // Containers of the test still have it mounted.
      execFileSync('umount', ['-l', root]);
      await stand.close();
    });

    /** Leaves so many kilobytes of the disk free. */
    function fill(kilobytes: number): void {
      const args = ['--output=avail', stand.host.runtimeRoot];
      const free = Number(String(spawnSync('df', args).stdout).split('\n')[1]);
      const filler = Buffer.alloc(Math.max(0, free - kilobytes) * 1024);
      writeFileSync(at('filler'), filler);
    }

    it('disk full: refused at whatever moment before anything runs, and the old state is whole', async () => {
      const second = release('two');
      const plan = await stand.plan(second);
      const before = stand.started();
      const model = readFileSync(module('model.json'), 'utf8');
      let refusals = 0;
      // Room is asked for before; here somebody else takes it after that.
      for (const kilobytes of [
        0, 24, 120, 280, 320, 360, 400, 430, 460, 500, 600, 1_000,
      ]) {
        const run = { id: '7', number: '7', attempt: `${kilobytes}`, url: '' };
        const letGo = await holdLock(at('.lock'));
        const watch = await watchEvents(stand.project);
        const applying = stand.apply(second, { plan, run, lockWaitMs: 60_000 });
        await untilWaiting();
        fill(kilobytes);
        await letGo();
        const result = await applying;
        const events = withoutProbes(await watch.stop());
        rmSync(at('filler'));
        if (result.result === 'applied') break;
        refusals += 1;
        expect(result).toMatchObject({
          result: 'refused',
          finding: { code: 'host/unwritable' },
        });
        expect(events.filter(({ type }) => type !== 'image')).toEqual([]);
        expect(stand.started()).toEqual(before);
        expect(readlinkSync(module('current'))).toBe(
          `releases/${release('one').tree}`,
        );
        expect(readFileSync(module('model.json'), 'utf8')).toBe(model);
        expect(await stand.plan(release('one'))).toMatchObject({
          exit_code: 0,
        });
        expect(stages()).toEqual([]);
      }
      expect(refusals).toBeGreaterThan(4);
      expect(served()).toBe('two');
    });

    it('disk full: a release that does not fit is refused before it is unpacked', async () => {
      const second = release('two');
      const plan = await stand.plan(second);
      fill(500);
      const refusal = { code: 'host/unwritable' };
      expect(await stand.ask(second)).toMatchObject({ refusal });
      expect(await stand.apply(second, { plan })).toMatchObject({
        result: 'refused',
        finding: refusal,
      });
      expect(stages()).toEqual([]);
    });

    it('disk full: while containers are made anew, what comes of it is told and can be put right', async () => {
      const moments = watchMoments(stand.project);
      const filling = moments.reach(1).then(() => fill(0));
      const result = await stand.apply(release('two'));
      await filling;
      await moments.stop();
      expect(['applied', 'rolled_back']).toContain(result.result);
      const now = result.result === 'applied' ? 'two' : 'one';
      expect(served()).toBe(now);
      expect(existsSync(module('current/modules'))).toBe(true);
      rmSync(at('filler'));
      const after = await stand.plan(release(now));
      if (after.exit_code === 1) await stand.applied(release(now));
      expect(await stand.plan(release(now))).toMatchObject({ exit_code: 0 });
      expect(served()).toBe(now);
    });

    it('read-only: refused when it is planned, and when it is applied', async () => {
      const second = release('two');
      const plan = await stand.plan(second);
      execFileSync('mount', ['-o', 'remount,ro', stand.host.runtimeRoot]);
      expect(await stand.ask(second)).toMatchObject({
        refusal: { code: 'host/unwritable' },
      });
      const watch = await watchEvents(stand.project);
      expect(await stand.apply(second, { plan })).toMatchObject({
        result: 'refused',
        finding: { code: 'host/unwritable' },
      });
      expect(withoutProbes(await watch.stop())).toEqual([]);
      expect(served()).toBe('one');
    });
  },
);

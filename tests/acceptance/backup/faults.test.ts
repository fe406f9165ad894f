import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemExec } from '../../../src/adapters/exec.ts';
import { closeHosts } from '../../../src/adapters/transport/open-host.ts';
import {
  type BackupStand,
  openBackupStand,
} from '../../support/backup-stand.ts';
import {
  backupRuns,
  untilRuns,
  untilWaiting,
  workerOf,
} from '../../support/backup-worker.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { holdLock } from '../../support/held-lock.ts';
import { makeKillingExec } from '../../support/killing-exec.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

const canMount =
  spawnSync('unshare', ['--mount', 'true']).status === 0 &&
  process.getuid?.() === 0;
const PAUSED = { class: 'volume', quiesce: 'pause' };

let sshd: TestSshd;
let stand: BackupStand;

const stateOf = () => stand.containers()['app']?.state;
const runs = () => backupRuns(stand.backupRoot);
const codeOf = async (taking: ReturnType<BackupStand['take']>) => {
  const result = await taking;
  return result.kind === 'refused' ? result.refusal.code : result.kind;
};

/** A run that waits for the lock of the host, with all it needs looked up. */
async function takeHeld(
  change: (run: string) => Promise<void>,
  options: Parameters<BackupStand['take']>[1] = {},
) {
  mkdirSync(stand.host.runtimeRoot, { recursive: true });
  const letGo = await holdLock(join(stand.host.runtimeRoot, '.lock'));
  const taking = stand.take(PAUSED, options);
  const run = await untilRuns(stand.backupRoot, 'reserve');
  await untilWaiting(run);
  await change(run);
  await letGo();
  return taking;
}

describe.skipIf(!hasEngine || !hasSshd)(
  'a backup that goes wrong',
  { timeout: 120_000 },
  () => {
    beforeAll(async () => {
      sshd = await startSshd();
      stand = await openBackupStand(sshd);
      stand.start({
        services: { app: { image: stand.image, volumes: ['data:/data'] } },
        volumes: { data: {} },
      });
      const noise = join(stand.host.folder, 'noise');
      writeFileSync(noise, randomBytes(600_000));
      docker('cp', noise, `${stand.containers()['app']?.id}:/data/noise`);
    });
    afterAll(async () => {
      await stand?.close();
      await sshd?.stop();
    });

    it('ssh dropped midway: it goes on, and its record is read back', async () => {
      let asked = 0;
      const exec = makeKillingExec({
        isVictim: (input) => input.includes('op:backup\n') && ++asked === 1,
        when: async () => {
          await untilRuns(stand.backupRoot, 'request');
          await closeHosts(stand.host.job, systemExec);
        },
      });
      const host = await stand.host.open({ exec });
      const subject = { ...stand.subject(PAUSED), host };
      const result = await takeHeld(async () => {}, { subject });
      expect(result).toMatchObject({ kind: 'taken' });
      expect(asked).toBe(1);
      expect(stateOf()).toBe('running');
    });

    it('killed midway: the service goes on, and nothing looks whole', async () => {
      const id = stand.containers()['app']?.id ?? '';
      // Nothing but zeros, and more of them than anybody reads in a moment.
      docker('exec', id, 'truncate', '-s', '200G', '/data/endless');
      const before = stand.files();
      const taking = stand.take(PAUSED);
      const run = await untilRuns(stand.backupRoot, 'backup');
      const state = stateOf();
      process.kill(workerOf(run), 'SIGKILL');
      expect(state).toBe('paused');
      await expect.poll(stateOf, { timeout: 30_000 }).toBe('running');
      expect(await codeOf(taking)).toBe('backup/killed');
      docker('exec', id, 'rm', '/data/endless');
      expect(stand.files()).toEqual(before);
      expect(runs()).toEqual([]);
      expect(await codeOf(stand.take(PAUSED))).toBe('taken');
    });

    it('container killed midway: what was read is told for what it is', async () => {
      const id = stand.containers()['app']?.id ?? '';
      const result = await takeHeld(async () => {
        docker('kill', id);
      });
      expect(result).toMatchObject({ refusal: { code: 'backup/failed' } });
      expect(stateOf()).toBe('exited');
      docker('start', id);
    });

    describe.skipIf(!canMount)('on a small disk', () => {
      beforeAll(() => {
        rmSync(stand.backupRoot, { recursive: true });
        mkdirSync(stand.backupRoot, { mode: 0o700 });
        const options = 'size=18m,mode=0700';
        execFileSync('mount', [
          '-t',
          'tmpfs',
          '-o',
          options,
          'tmpfs',
          stand.backupRoot,
        ]);
      });
      afterAll(() => {
        execFileSync('umount', ['-l', stand.backupRoot]);
      });

      const filler = () => join(stand.backupRoot, 'filler');
      /** Leaves so many kilobytes of the disk free. */
      function fill(kilobytes: number): void {
        const args = ['--output=avail', stand.backupRoot];
        const free = Number(
          String(spawnSync('df', args).stdout).split('\n')[1],
        );
        writeFileSync(
          filler(),
          Buffer.alloc(Math.max(0, free - kilobytes) * 1024),
        );
      }

      it('disk full at every stage: refused, nothing partial is left, and the service runs', async () => {
        for (const kilobytes of [0, 4, 64, 400, 590]) {
          const result = await takeHeld(async () => fill(kilobytes));
          expect(result).toMatchObject({
            refusal: { code: 'backup/no-space' },
          });
          expect(stand.files()).toEqual(['filler']);
          expect(stateOf()).toBe('running');
          rmSync(filler());
        }
        fill(1_000);
        expect(await codeOf(stand.take(PAUSED))).toBe('backup/no-space');
        expect(stand.files()).toEqual(['filler']);
        rmSync(filler());
        expect(await codeOf(stand.take(PAUSED))).toBe('taken');
      });
    });
  },
);

import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { openBackupStand } from '../../tests/support/backup-stand.ts';
import { docker } from '../../tests/support/engine.ts';
import { setup } from '../../tests/support/requirements.ts';
import { startSshd } from '../../tests/support/sshd.ts';
import { watchMemory } from './process-memory.ts';

// A backup of a volume, over an open ssh connection and with its receipt,
// against plain `tar | zstd` of the same folder to the same disk: medians, and
// how fast the one is of the other. The plain one is done while its file is still
// in memory; one that is brought to the disk, as a backup is, is measured as well.
// Then what the processes take together, on the host and here, for a small volume
// and for the large one. MiB and rounds may be given.
const size = Number(process.argv[2] ?? '1024');
const rounds = Number(process.argv[3] ?? '3');
const SMALL = 64;

setup();
const sshd = await startSshd();
const stand = await openBackupStand(sshd);
try {
  stand.start({
    services: {
      app: { image: stand.image, volumes: ['small:/small', 'large:/large'] },
    },
    volumes: { small: {}, large: {} },
  });
  fill(folderOf('small'), SMALL);
  fill(folderOf('large'), size);
  await compareSpeed();
  await compareMemory();
} finally {
  await stand.close();
  await sshd.stop();
}

async function compareSpeed(): Promise<void> {
  const plain: number[] = [];
  const kept: number[] = [];
  const ours: number[] = [];
  let method = '';
  for (let round = 0; round <= rounds; round += 1) {
    const inMemory = await measure(() => pack(''));
    const onDisk = await measure(() => pack('&& sync "$2"'));
    const taken = await measure(async () => {
      method = await backUp('large');
    });
    // The first round warms the caches of the machine.
    if (round === 0) continue;
    plain.push(inMemory);
    kept.push(onDisk);
    ours.push(taken);
  }
  const spent = median(ours);
  console.log(`${rounds} interleaved rounds, medians; ${size} MiB`);
  console.log(`${perSecond(spent)} for a backup (read by the ${method})`);
  for (const [name, list] of [
    ['tar | zstd', plain],
    ['tar | zstd, and on the disk', kept],
  ] as const) {
    const needed = median(list);
    const ratio = (needed / spent).toFixed(2);
    console.log(`${ratio} x  of ${perSecond(needed)} for ${name}`);
  }
}

async function compareMemory(): Promise<void> {
  for (const [volume, mebibytes] of [
    ['small', SMALL],
    ['large', size],
  ] as const) {
    const memory = watchMemory();
    await backUp(volume);
    const { client, host } = memory.stop();
    throwAway();
    console.log(
      `${host.toFixed(0)} MiB at most on the host, ${client.toFixed(0)} MiB here: ${mebibytes} MiB`,
    );
  }
}

/** Takes a backup, and tells how it was read. */
async function backUp(volume: string): Promise<string> {
  const { receipt } = await stand.taken({ class: 'volume', volumes: [volume] });
  return receipt.method;
}

async function pack(end: string): Promise<void> {
  const target = join(stand.backupRoot, 'plain.tar.zst');
  const script = `tar -c -f - -C "$1" . | zstd -q -c >"$2" ${end}`;
  const args = ['sh', folderOf('large'), target];
  await promisify(execFile)('sh', ['-c', script, ...args]);
}

function throwAway(): void {
  rmSync(stand.backupRoot, { recursive: true });
}

/** Half of it cannot be made smaller; the other half can, by a quarter. */
function fill(folder: string, mebibytes: number): void {
  const script = `i=0
while [ $i -lt $(($2 / 16)) ]; do
  i=$((i + 1))
  head -c 8388608 /dev/urandom >"$1/noise-$i"
  head -c 6291456 /dev/urandom | base64 -w 0 >"$1/text-$i"
done`;
  execFileSync('sh', ['-c', script, 'sh', folder, String(mebibytes)]);
}

function folderOf(volume: string): string {
  const name = `${stand.project}_${volume}`;
  return docker('volume', 'inspect', '--format', '{{.Mountpoint}}', name);
}

/** How long it takes to make a file; to remove it again does not count. */
async function measure(run: () => Promise<void>): Promise<number> {
  mkdirSync(stand.backupRoot, { recursive: true, mode: 0o700 });
  const start = performance.now();
  await run();
  const spent = performance.now() - start;
  throwAway();
  return spent;
}

function perSecond(milliseconds: number): string {
  return `${((size / milliseconds) * 1000).toFixed(0)} MiB/s`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

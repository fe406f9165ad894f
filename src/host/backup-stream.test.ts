import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, 'program', 'backup-take.sh');
/** More than goes to the disk at once. */
const PRODUCER = 'head -c 150000000 /dev/zero; sleep 0.5; echo the end';

let work: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'apply-gates-stream-'));
});
afterEach(() => rmSync(work, { recursive: true }));

/** Runs `stream` as the worker does, with a disk of the given manners. */
function stream(toDisk: string): string {
  const script = `. "$1"; work=$2 suffix=plain method=host consistency=transaction
sum_of_input() { sha256sum | cut -c 1-64; }
to_disk() { ${toDisk}; }
produce() { ${PRODUCER}; }
if stream produce; then echo "taken $sum"; else echo failed; fi`;
  const args = ['-c', script, 'sh', SOURCE, work];
  return spawnSync('sh', args, { encoding: 'utf8' }).stdout.trim();
}

it('has the sum of what it wrote, soon after the last of it', () => {
  const said = stream('true');
  const written = readFileSync(join(work, 'backup'));
  const sum = createHash('sha256').update(written).digest('hex');
  expect(said).toBe(`taken ${sum}`);
});

it('disk full: what the disk said only once, and midway, is not lost', () => {
  const once = '[ -e "$work/said" ] || { : >"$work/said"; return 1; }';
  expect(stream(once)).toBe('failed');
});

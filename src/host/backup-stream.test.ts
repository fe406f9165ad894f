import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, 'program', 'backup-take.sh');
/** It ends only after the first part of it was brought to the disk. */
const PRODUCER = `head -c 150000000 /dev/zero
n=0; until [ -e "$work/synced" ] || [ $n -ge 600 ]; do n=$((n + 1)); sleep 0.1; done
echo the end`;

let work: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'apply-gates-stream-'));
});
afterEach(() => rmSync(work, { recursive: true }));

/** Runs `stream` as the worker does; the disk fails at the given one of its calls. */
function stream(failing: number): string {
  const script = `. "$1"; work=$2 suffix=plain method=host consistency=transaction
sum_of_input() { sha256sum | cut -c 1-64; }
to_disk() { echo >>"$work/synced"; [ "$(wc -l <"$work/synced")" -ne ${failing} ]; }
produce() { ${PRODUCER}; }
if stream produce; then echo "taken $sum"; else echo failed; fi`;
  const args = ['-c', script, 'sh', SOURCE, work];
  return spawnSync('sh', args, { encoding: 'utf8' }).stdout.trim();
}

it('has the sum of what it wrote, soon after the last of it', () => {
  const said = stream(0);
  const written = readFileSync(join(work, 'backup'));
  const sum = createHash('sha256').update(written).digest('hex');
  expect(said).toBe(`taken ${sum}`);
});

it('disk full: what the disk said only once, and midway, is not lost', () => {
  expect(stream(1)).toBe('failed');
  // The call at the end went well.
  const calls = readFileSync(join(work, 'synced'), 'utf8').length;
  expect(calls).toBeGreaterThan(1);
});

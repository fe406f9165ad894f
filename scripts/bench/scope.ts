import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type BenchPlatform,
  type BenchSize,
  makeBenchPlatform,
} from './scope-platform.ts';

// What scope costs on a platform of many modules, as a ratio to `git diff-tree`
// alone and to a bare `node -e 0` in the same run; how that grows with modules
// and with changed files; and the memory it takes. Every module was applied
// before, so that each is compared with what is live.
// Node: APPLY_GATES_NODE24, else this one. Build first: npm run build.
const root = resolve(import.meta.dirname, '../..');
const node = process.env['APPLY_GATES_NODE24'] || process.execPath;
const rounds = Number(process.argv[2] ?? '15');
const folder = mkdtempSync(join(tmpdir(), 'apply-gates-bench-scope-'));

try {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' });
  console.log(`node ${version.stdout.trim()}, medians of ${rounds} rounds`);
  // As many modules as a push may apply by default, then one for each file.
  compare({ modules: 400, files: 150, touched: 10 });
  compare({ modules: 400, files: 150, touched: 150 });
  grow('modules', [100, 1_000, 10_000], (modules) => ({
    ...{ modules, files: 100, touched: 10 },
  }));
  grow('changed files', [100, 1_000, 10_000, 100_000], (files) => ({
    ...{ modules: 100, files, touched: 100 },
  }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function compare(size: BenchSize): void {
  const platform = prepare(size);
  const [bare, diff, scope] = measure(
    [
      () => run(platform, ['-e', '0']),
      () => diffTree(platform),
      () => runScope(platform),
    ],
    rounds,
  );
  const { modules, files, touched } = size;
  console.log(`\n${modules} modules, ${files} changed files in ${touched}`);
  const line = (name: string, milliseconds = 0) =>
    console.log(`${milliseconds.toFixed(1).padStart(9)} ms  ${name}`);
  line('bare node', bare);
  line('git diff-tree alone', diff);
  line(
    `scope: ${ratio(scope, bare)} x node, ${ratio(scope, diff)} x git`,
    scope,
  );
  console.log(`${peakMegabytes(platform).padStart(9)} MB  peak of scope`);
}

/** Linear is a last column that does not grow. */
function grow(
  what: string,
  amounts: readonly number[],
  sizeOf: (amount: number) => BenchSize,
): void {
  console.log(`\ngrowth with ${what}`);
  for (const amount of amounts) {
    const platform = prepare(sizeOf(amount));
    const few = Math.max(3, Math.floor(rounds / 3));
    const [scope = 0] = measure([() => runScope(platform)], few);
    const cells = [
      `${String(amount).padStart(9)}`,
      `${scope.toFixed(0).padStart(7)} ms`,
      `${peakMegabytes(platform).padStart(5)} MB`,
      `${((scope / amount) * 1_000).toFixed(0).padStart(7)} us each`,
    ];
    console.log(cells.join('  '));
  }
}

function prepare(size: BenchSize): BenchPlatform {
  const place = join(folder, 'platform');
  rmSync(place, { recursive: true, force: true });
  return makeBenchPlatform(place, size);
}

/** Medians of interleaved rounds, so that the machine's moods hit all alike. */
function measure(subjects: readonly (() => void)[], count: number): number[] {
  const times = subjects.map((): number[] => []);
  for (let round = -1; round < count; round += 1) {
    subjects.forEach((subject, index) => {
      const started = process.hrtime.bigint();
      subject();
      const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
      if (round >= 0) times[index]?.push(milliseconds);
    });
  }
  return times.map(median);
}

function diffTree({ repository, base, head }: BenchPlatform): void {
  const args = ['diff-tree', '-r', '-z', '--no-renames', base, head];
  const { status } = spawnSync('git', ['-C', repository, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`git diff-tree ended with ${status}`);
}

function runScope(
  platform: BenchPlatform,
  options: readonly string[] = [],
): void {
  const bundle = join(root, 'dist/auto-apply-scope.js');
  run(platform, [...options, bundle]);
}

function run(platform: BenchPlatform, args: readonly string[]): void {
  const temporary = join(folder, 'runner-temp');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  const output = join(temporary, 'output');
  writeFileSync(output, '');
  const { status, stdout } = spawnSync(node, args, {
    cwd: platform.repository,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'] ?? '',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_EVENT_PATH: platform.event,
      GITHUB_OUTPUT: output,
      GITHUB_SHA: platform.head,
      GITHUB_WORKSPACE: platform.repository,
      RUNNER_TEMP: temporary,
    },
  });
  if (status !== 0) throw new Error(`ended with ${status}: ${stdout}`);
}

/** One run more, in which the process says how much memory it took. */
function peakMegabytes(platform: BenchPlatform): string {
  const report = join(folder, 'peak');
  const hook = join(folder, 'peak.cjs');
  writeFileSync(
    hook,
    `process.on('exit',()=>require('node:fs').writeFileSync(${JSON.stringify(report)},String(process.resourceUsage().maxRSS)))`,
  );
  runScope(platform, ['--require', hook]);
  return (Number(readFileSync(report, 'utf8')) / 1024).toFixed(0);
}

function ratio(one = Number.NaN, other = Number.NaN): string {
  return (one / other).toFixed(2);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { planDigest } from '../../src/model/plan-digest.ts';
import { discoverEntries } from '../build/entries.ts';

// How long a gate takes to start and decide something cheap, as a ratio to a
// bare `node -e 0` in the same run. Node: APPLY_GATES_NODE24, else this one.
const root = resolve(import.meta.dirname, '../..');
const node = process.env['APPLY_GATES_NODE24'] || process.execPath;
const rounds = Number(process.argv[2] ?? '25');
const SHA = '0123456789abcdef0123456789abcdef01234567';

interface Subject {
  readonly name: string;
  readonly args: readonly string[];
  readonly inputs: Readonly<Record<string, string>>;
}

const folder = mkdtempSync(join(tmpdir(), 'apply-gates-cold-start-'));
try {
  const subjects = listSubjects();
  const times = measure(subjects);
  const bare = median(times.get(subjects[0]) ?? []);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' });
  console.log(
    `node ${version.stdout.trim()}, ${rounds} interleaved rounds, medians`,
  );
  for (const subject of subjects) {
    const middle = median(times.get(subject) ?? []);
    const ratio = (middle / bare).toFixed(2).padStart(6);
    const { peakMegabytes, status } = inspect(subject);
    console.log(
      `${ratio} x  ${middle.toFixed(1).padStart(6)} ms  ${peakMegabytes.padStart(4)} MB peak  exit ${status}  ${subject.name}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function listSubjects(): Subject[] {
  const garbage = { modules: '!', sha: '!', base: '!', 'on-blocked': '!' };
  const bundles = Object.keys(discoverEntries(root))
    .map((name) => ({ name, path: join(root, 'dist', `${name}.js`) }))
    .filter(({ path }) => existsSync(path));
  return [
    { name: 'bare node', args: ['-e', '0'], inputs: {} },
    ...bundles.map(({ name, path }) => ({
      name: name === 'cli' ? 'cli --version' : `${name}: malformed input`,
      args: name === 'cli' ? [path, '--version'] : [path],
      inputs: garbage,
    })),
    ...bundles
      .filter(({ name }) => name === 'plan-noop-guard')
      .map(({ name, path }) => ({
        name: `${name}: a plan in sync`,
        args: [path],
        inputs: { plan: writePlan(), modules: '["web"]', sha: SHA },
      })),
  ];
}

function writePlan(): string {
  const plan = {
    schema: 1,
    module: 'web',
    source_sha: SHA,
    created_at: new Date().toISOString(),
    driver: 'command',
    host: 'main',
    exit_code: 0,
    changes: [],
  };
  const path = join(folder, 'web.plan.json');
  writeFileSync(path, JSON.stringify({ ...plan, digest: planDigest(plan) }));
  return path;
}

function measure(subjects: readonly Subject[]): Map<unknown, number[]> {
  const times = new Map<unknown, number[]>(subjects.map((each) => [each, []]));
  for (let round = -2; round < rounds; round += 1) {
    for (const subject of subjects) {
      const started = process.hrtime.bigint();
      start(subject, []);
      const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
      // The first rounds only fill the caches of the machine.
      if (round >= 0) times.get(subject)?.push(milliseconds);
    }
  }
  return times;
}

/** One run more, in which the process says how much memory it took. */
function inspect(subject: Subject): { peakMegabytes: string; status: string } {
  const report = join(folder, 'peak');
  const hook = `process.on('exit',()=>require('node:fs').writeFileSync(${JSON.stringify(report)},String(process.resourceUsage().maxRSS)))`;
  const path = join(folder, 'peak.cjs');
  writeFileSync(path, hook);
  const { status } = start(subject, ['--require', path]);
  const kilobytes = Number(readFileSync(report, 'utf8'));
  return {
    peakMegabytes: (kilobytes / 1024).toFixed(0),
    status: String(status),
  };
}

function start({ args, inputs }: Subject, options: readonly string[]) {
  const temporary = join(folder, 'runner-temp');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  const output = join(temporary, 'output');
  writeFileSync(output, '');
  const event = join(folder, 'event.json');
  writeFileSync(event, '{}');
  return spawnSync(node, [...options, ...args], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'] ?? '',
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_EVENT_PATH: event,
      GITHUB_OUTPUT: output,
      GITHUB_SHA: SHA,
      GITHUB_WORKSPACE: folder,
      RUNNER_TEMP: temporary,
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [
          `INPUT_${name.toUpperCase()}`,
          value,
        ]),
      ),
    },
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemExec } from '../../src/adapters/exec.ts';
import { hashLine } from '../../src/audit/line-hash.ts';
import { LineSplitter } from '../../src/audit/line-splitter.ts';
import { verifyLog } from '../../src/audit/verify-log.ts';
import { note, openLog } from '../../tests/support/audit-remote.ts';
import { startGitHttp } from '../../tests/support/git-http.ts';
import { makeStateRemote } from '../../tests/support/state-remote.ts';
import { makeBenchLines, makeBenchRemote } from './audit-platform.ts';
import { openByteCounter } from './byte-counter.ts';

// The audit log: an append to a log of 100 entries against one to a million,
// in time and in bytes over HTTP; verification against SHA-256 over the same
// bytes; ten writers at once. Medians, and ratios within one run.
const rounds = Number(process.argv[2] ?? '15');
const many = Number(process.argv[3] ?? '1000000');
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'apply-gates-bench-audit-'));

try {
  console.log(`node ${process.version}, medians of ${rounds} rounds`);
  await compareAppends();
  await compareVerification();
  await tryWriters(10, Math.max(2, Math.floor(rounds / 3)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Both with 100 entries in the open file: that is a matter of when. */
async function compareAppends(): Promise<void> {
  const sizes = [100, many - (many % 64) + 36 + 64];
  const logs = await Promise.all(sizes.map((size) => openBenchLog(size)));
  const times = sizes.map((): number[] => []);
  const bytes = sizes.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, log] of logs.entries()) {
      log.counter.take();
      const started = performance.now();
      await log.append(`round ${round}`);
      if (round === 0) continue;
      times[index]?.push(performance.now() - started);
      bytes[index]?.push(log.counter.take());
    }
  }
  for (const log of logs) await log.close();
  const [time, moved] = [times.map(median), bytes.map(median)];
  for (const [index, size] of sizes.entries()) {
    const [ms = 0, count = 0] = [time[index], moved[index]];
    console.log(
      `append at ${size}: ${ms.toFixed(0)} ms, ${(count / 1_000).toFixed(1)} kB`,
    );
  }
  console.log(`  ${ratio(time)} x in time, ${ratio(moved)} x in bytes`);
}

async function openBenchLog(size: number) {
  const place = join(folder, String(size));
  await makeBenchRemote(place, size);
  const server = await startGitHttp({ root: place });
  const counter = await openByteCounter(server.url);
  const remote = makeStateRemote();
  const address = `${counter.url}/platform.git`;
  return {
    counter,
    // As a step does: a process that knows nothing yet.
    append: (text: string) =>
      openLog(remote, text, { address }).append(note(text)),
    close: async () => {
      remote.remove();
      counter.close();
      await server.close();
    },
  };
}

async function compareVerification(): Promise<void> {
  const path = join(folder, 'log.jsonl');
  await pipeline(Readable.from(makeBenchLines(many)), createWriteStream(path));
  const read = () => createReadStream(path, { highWaterMark: 256 * 1024 });
  const subjects = {
    'SHA-256 over the bytes': async () => {
      const hash = createHash('sha256');
      for await (const chunk of read()) hash.update(chunk);
      hash.digest();
    },
    'SHA-256 over each line': async () => {
      const splitter = new LineSplitter();
      for await (const chunk of read()) {
        splitter.push(chunk, (line) => hashLine(line) !== '');
      }
    },
    verification: async () => {
      const report = await verifyLog({
        files: [{ name: path, chunks: read() }],
        checkpoints: [],
        from: 'genesis',
        visit: () => {},
        progress: () => {},
      });
      if (report.size !== many) throw new Error(JSON.stringify(report));
    },
  };
  console.log(
    `\n${many} entries, ${(statSync(path).size / 1e6).toFixed(0)} MB`,
  );
  const times = new Map<string, number[]>();
  for (let round = 0; round < 3; round += 1) {
    for (const [name, run] of Object.entries(subjects)) {
      const started = performance.now();
      await run();
      times.set(name, [
        ...(times.get(name) ?? []),
        performance.now() - started,
      ]);
    }
  }
  const [bytes = 1, lines = 1, whole = 1] = [...times.values()].map(median);
  for (const [name, all] of times) {
    const rate = (many / median(all)) * 1_000;
    console.log(`${rate.toFixed(0).padStart(9)} entries/s  ${name}`);
  }
  console.log(
    `  verification at ${(lines / whole).toFixed(2)} of the hashes of its lines, ${(bytes / whole).toFixed(2)} of one hash`,
  );
  console.log(`  ${peakMegabytes(path)} MB at its peak, as a command`);
}

/** The command line on the same file, which says how much memory it took. */
function peakMegabytes(path: string): string {
  const hook = join(folder, 'peak.cjs');
  const said = `process.on('exit',()=>require('node:fs').writeSync(2,String(process.resourceUsage().maxRSS)))`;
  writeFileSync(hook, said);
  const cli = join(root, 'src/cli/main.ts');
  const args = ['--require', hook, '--import', 'tsx', cli, 'audit', 'verify'];
  const { stderr } = spawnSync(process.execPath, [...args, path], {
    cwd: root,
    encoding: 'utf8',
  });
  return (Number(stderr.trim().split('\n').at(-1)) / 1024).toFixed(0);
}

async function tryWriters(writers: number, appends: number): Promise<void> {
  const remote = makeStateRemote();
  let pushes = 0;
  const exec: typeof systemExec = {
    run: (command) => {
      if (command.args.includes('push')) pushes += 1;
      return systemExec.run(command);
    },
  };
  const started = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let index = 0; index < appends; index += 1) {
        const log = openLog(remote, `${writer}`, { exec });
        await log.append(note(`${writer}-${index}`));
      }
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  const total = writers * appends;
  remote.remove();
  console.log(
    `\n${writers} writers at once: ${(total / seconds).toFixed(1)} appends/s, ${(pushes / total - 1).toFixed(1)} retries for each`,
  );
}

function ratio([one = Number.NaN, other = Number.NaN]: readonly number[]) {
  return (other / one).toFixed(2);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { HostSession } from '../../src/host/host-session.ts';
import {
  applyComposeRelease,
  makeComposeRelease,
  planComposeRelease,
} from '../../tests/support/compose-modules.ts';
import {
  enginePath,
  removeProject,
  uniqueProject,
} from '../../tests/support/engine.ts';
import { buildImage } from '../../tests/support/engine-image.ts';
import { makeHost } from '../../tests/support/host-modules.ts';
import { setup } from '../../tests/support/requirements.ts';
import { startSshd } from '../../tests/support/sshd.ts';

// A plan of a project that runs, over an open ssh connection, against `docker
// compose config` and one `docker ps` on the same machine: medians, and their
// ratio, for projects of 1, 20 and 100 services.
const rounds = Number(process.argv[2] ?? '9');
const sizes = [1, 20, 100];

setup();
const sshd = await startSshd();
const host = makeHost(sshd);
try {
  const session = await host.open();
  console.log(`${rounds} interleaved rounds, medians`);
  for (const size of sizes) await compare(session, size);
} finally {
  await host.remove();
  await sshd.stop();
}

async function compare(session: HostSession, size: number): Promise<void> {
  const project = uniqueProject();
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-bench-'));
  try {
    const { ref } = await buildImage(project, 'service');
    const compose = JSON.stringify(describeProject(ref, size));
    writeFileSync(join(folder, 'compose.yaml'), compose);
    const release = makeComposeRelease({
      id: project,
      files: { 'compose.yaml': compose, 'conf/settings': 'a=b' },
      manifest: { health: { timeout: '120s', streak: 1, interval: '1s' } },
    });
    const applied = await applyComposeRelease(session, release);
    if (applied.result !== 'applied') throw new Error(JSON.stringify(applied));
    const plans: number[] = [];
    const questions: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const question = measure(() => ask(folder, project));
      const plan = await measureAsync(async () => {
        const { exit_code } = await planComposeRelease(session, release);
        if (exit_code !== 0) throw new Error('the project is not in sync');
      });
      // The first round warms the caches of the machine.
      if (round === 0) continue;
      questions.push(question);
      plans.push(plan);
    }
    const [spent, asked] = [median(plans), median(questions)];
    console.log(
      `${(spent / asked).toFixed(2)} x  ${spent.toFixed(0)} ms for a plan, ${asked.toFixed(0)} ms for the two questions: ${size} services`,
    );
  } finally {
    removeProject(project);
    rmSync(folder, { recursive: true, force: true });
  }
}

function describeProject(image: string, size: number) {
  const names = Array.from({ length: size }, (_, index) => `service-${index}`);
  const service = (name: string) => ({
    image,
    environment: { NAME: name, LEVEL: 'info', MODE: 'production' },
    volumes: ['./conf:/conf:ro', `${name}:/data`],
  });
  return {
    services: Object.fromEntries(names.map((name) => [name, service(name)])),
    volumes: Object.fromEntries(names.map((name) => [name, {}])),
  };
}

function ask(folder: string, project: string): void {
  const run = (...args: readonly string[]) =>
    execFileSync(enginePath(), args, { cwd: folder, stdio: 'ignore' });
  run('compose', '-p', project, 'config', '--format', 'json');
  run('ps', '-a', '--filter', `label=com.docker.compose.project=${project}`);
}

function measure(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

async function measureAsync(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openAdoptStand } from '../../tests/support/adopt-stand.ts';
import { setup } from '../../tests/support/requirements.ts';

// `apply-gates adopt --dry-run` of a project of 20 services over a real sshd,
// against the work underneath on the same host: one ssh that runs `docker ps`,
// `docker inspect` and `docker compose config`. Medians, and their ratio.
const rounds = Number(process.argv[2] ?? '9');
const SIZE = 20;

setup();
const stand = await openAdoptStand();
try {
  const names = Array.from({ length: SIZE }, (_, index) => `service-${index}`);
  stand.up({
    'compose.yaml': {
      services: Object.fromEntries(names.map((name) => [name, describe(name)])),
      volumes: Object.fromEntries(names.map((name) => [name, {}])),
    },
    'conf/settings': 'a=b',
    '.env': 'LEVEL=info\n',
  });
  const adopts: number[] = [];
  const questions: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const question = measure(ask);
    const start = performance.now();
    const run = await stand.adopt('--dry-run');
    const adopted = performance.now() - start;
    if (run.exitCode !== 0) throw new Error(run.stdout);
    // The first round warms the caches of the machine.
    if (round === 0) continue;
    questions.push(question);
    adopts.push(adopted);
  }
  const [spent, asked] = [median(adopts), median(questions)];
  console.log(`${rounds} interleaved rounds, medians, ${SIZE} services`);
  console.log(
    `${(spent / asked).toFixed(2)} x  ${spent.toFixed(0)} ms for adopt --dry-run, ${asked.toFixed(0)} ms for the three questions over one ssh`,
  );
} finally {
  await stand.close();
}

function describe(name: string) {
  return {
    image: stand.image,
    stop_grace_period: '1s',
    environment: { NAME: name, LEVEL: '${LEVEL}' },
    volumes: ['./conf/settings:/settings:ro', `${name}:/data`],
  };
}

function ask(): void {
  const { project, sshd, platform } = stand.lane;
  const knownHosts = join(platform.root, 'known_hosts');
  writeFileSync(knownHosts, sshd.knownHosts);
  const filter = `label=com.docker.compose.project=${project}`;
  const script = [
    `docker inspect $(docker ps -a -q --filter ${filter})`,
    `cd ${stand.old} && docker compose -p ${project} config --format json`,
  ].join(' && ');
  execFileSync(
    'ssh',
    [
      ...['-F', '/dev/null', '-i', sshd.privateKeyPath, '-p', `${sshd.port}`],
      ...['-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'BatchMode=yes'],
      ...[`${sshd.user}@${sshd.address}`, script],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], maxBuffer: 64 * 1024 * 1024 },
  );
}

function measure(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

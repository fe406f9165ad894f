import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { runCommand } from '../../tests/support/command-line.ts';
import { enginePath } from '../../tests/support/engine.ts';
import { makeExamplePlatform } from '../../tests/support/example-platform.ts';
import { setup } from '../../tests/support/requirements.ts';
import { startSshd, type TestSshd } from '../../tests/support/sshd.ts';

// doctor over hosts, each behind an sshd of its own, as the built command line
// in a process of its own, against what it cannot do without: for each host a
// new connection that runs `docker info`, side by side, the slowest counts.
// Without the forge; the repository with its lint is part of doctor's time.
const rounds = Number(process.argv[2] ?? '9');
const COUNTS = [1, 3] as const;
const run = promisify(execFile);

setup();
const sshds = await Promise.all(
  Array.from({ length: Math.max(...COUNTS) }, () => startSshd()),
);
try {
  console.log(`${rounds} interleaved rounds, medians`);
  for (const count of COUNTS) await compare(sshds.slice(0, count));
} finally {
  await Promise.all(sshds.map((sshd) => sshd.stop()));
}

async function compare(hosts: readonly TestSshd[]): Promise<void> {
  const [first] = hosts;
  if (!first) throw new Error('no host');
  const platform = await makeExamplePlatform({
    sshd: first,
    knownHosts: hosts.map(({ knownHosts }) => knownHosts).join(''),
    policy: {
      hosts: Object.fromEntries(
        hosts.map(({ address, port, user, privateKeyPath }, index) => [
          index === 0 ? 'demo' : `demo-${index}`,
          {
            ...{ transport: 'ssh', address, port, user },
            identity_file: privateKeyPath,
            runtime_root: '/nonexistent/apply-gates',
          },
        ]),
      ),
    },
  });
  try {
    const doctors: number[] = [];
    const floors: number[] = [];
    const alone: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const floor = await measure(() =>
        Promise.all(hosts.map((host) => ask(host, platform.checkout))),
      );
      const doctor = await measure(() =>
        runCommand(platform, 'doctor', '--no-forge', '--json'),
      );
      const without = await measure(() =>
        runCommand(platform, 'doctor', '--no-forge', '--no-hosts', '--json'),
      );
      // The first round warms the caches of the machine.
      if (round === 0) continue;
      floors.push(floor);
      doctors.push(doctor);
      alone.push(without);
    }
    const [spent, asked, bare] = [doctors, floors, alone].map(median);
    console.log(
      `${((spent ?? 0) / (asked ?? 1)).toFixed(2)} x  ${spent?.toFixed(0)} ms for doctor, ${bare?.toFixed(0)} ms of it without hosts, ${asked?.toFixed(0)} ms for ssh and docker info: ${hosts.length} hosts`,
    );
  } finally {
    platform.close();
  }
}

async function ask(host: TestSshd, checkout: string): Promise<void> {
  const known = join(checkout, '.platform/known_hosts');
  await run('ssh', [
    ...['-F', '/dev/null', '-i', host.privateKeyPath],
    ...['-o', `UserKnownHostsFile=${known}`, '-o', 'BatchMode=yes'],
    ...['-p', String(host.port), `${host.user}@${host.address}`],
    `${enginePath()} info`,
  ]);
}

async function measure(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

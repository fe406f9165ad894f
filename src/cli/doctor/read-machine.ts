import type { CommandResult, Exec } from '../../adapters/exec.ts';
import { describeOldNode } from '../../adapters/node-version.ts';
import type { MachineFacts } from '../../doctor/judge-machine.ts';

const TIMEOUT_MS = 10_000;

/** Asks the programs of this machine for their versions. */
export async function readMachine(
  exec: Exec,
): Promise<Omit<MachineFacts, 'needsSsh'>> {
  const ask = (file: string, flag: string) =>
    exec.run({
      ...{ file, args: [flag], timeoutMs: TIMEOUT_MS },
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    });
  const [git, ssh] = await Promise.all([
    ask('git', '--version'),
    ask('ssh', '-V'),
  ]);
  const node = process.versions.node;
  return {
    ...{ node, oldNode: describeOldNode(node) },
    ...{ git: saidBy(git), ssh: saidBy(ssh) },
  };
}

/** ssh says it on standard error. */
function saidBy(result: CommandResult): string | undefined {
  if (result.failure === 'not-found') return undefined;
  const said = result.stdout.toString('utf8').trim() || result.stderr.trim();
  return said || (result.failure ?? `exit ${result.exitCode}`);
}

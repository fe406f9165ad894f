import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Exec, systemExec } from '../../src/adapters/exec.ts';

/** Waits for a file that a script under test makes. */
export async function untilExists(path: string): Promise<void> {
  while (!existsSync(path)) await delay(20);
}

interface Killing {
  /** Of the children only the first one that this is true for is killed. */
  readonly isVictim: (input: Buffer) => boolean;
  /** It is killed with SIGKILL when this resolves. */
  readonly when: () => Promise<void>;
  /** What of the input it gets before that. */
  readonly limitInput?: (input: Buffer) => Buffer;
}

/** An exec whose child is killed in the middle, as a runner may be. */
export function makeKillingExec(killing: Killing): Exec {
  let isDone = false;
  return {
    async run(command) {
      const input = Buffer.isBuffer(command.input)
        ? command.input
        : Buffer.alloc(0);
      if (isDone || !killing.isVictim(input)) return systemExec.run(command);
      isDone = true;
      const child = spawn(command.file, command.args, {
        env: command.env,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.on('error', () => {});
      const limited = killing.limitInput?.(input);
      if (limited) child.stdin.write(limited);
      else child.stdin.end(input);
      await killing.when();
      child.kill('SIGKILL');
      await ended;
      return {
        exitCode: undefined,
        stdout: Buffer.alloc(0),
        stderr: '',
        failure: 'signal',
      };
    },
  };
}

/** True for the request of an apply. */
export function isApply(input: Buffer): boolean {
  return input.includes('op:apply\n');
}

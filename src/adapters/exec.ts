import type { Readable } from 'node:stream';
import { ActionError } from '../model/errors.ts';
import type { ReasonCode } from '../model/reason-codes.ts';
import { openOutputFile } from './output-file.ts';

/** One child process. Nothing is inherited: `env` is the whole environment. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Uint8Array | Readable;
  readonly timeoutMs: number;
  /** Cap of each of stdout and stderr; beyond it the child is killed. */
  readonly maxBytes?: number;
  /** Gives the child a file as stdout, for one that forgives a broken pipe. */
  readonly toFile?: boolean;
}

export interface CommandResult {
  /** Exit status; undefined where the child was killed or never started. */
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  /** The tail of standard error, as text. */
  readonly stderr: string;
  readonly failure?:
    | 'not-found'
    | 'timeout'
    | 'overflow'
    | 'signal'
    /** There is no place for what it would print. */
    | 'unwritable';
}

/** Runs child processes. Never throws for what the child does. */
export interface Exec {
  run(command: Command): Promise<CommandResult>;
}

/** Any number will do; execa's types know these alone. */
type Descriptor = 3 | 4;

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;
const STDERR_TAIL_CHARACTERS = 4_000;

export const systemExec: Exec = {
  run: (command) => (command.toFile ? runToFile(command) : runChild(command)),
};

async function runToFile(command: Command): Promise<CommandResult> {
  const file = openOutputFile(command.maxBytes ?? DEFAULT_MAX_BYTES);
  if ('error' in file) {
    const stdout = Buffer.alloc(0);
    const failure = 'unwritable';
    return { exitCode: undefined, stdout, stderr: file.error, failure };
  }
  try {
    const cancelSignal = file.full;
    const stdout = file.descriptor as Descriptor;
    const result = await runChild(command, { stdout, cancelSignal });
    return file.isFull()
      ? { ...result, exitCode: undefined, failure: 'overflow' }
      : { ...result, stdout: file.read() };
  } finally {
    file.close();
  }
}

async function runChild(
  command: Command,
  output: {
    readonly stdout?: Descriptor;
    readonly cancelSignal?: AbortSignal;
  } = {},
): Promise<CommandResult> {
  const { execa } = await import('execa');
  const result = await execa(command.file, command.args, {
    buffer: true,
    cleanup: true,
    encoding: 'buffer',
    env: command.env,
    extendEnv: false,
    forceKillAfterDelay: 2_000,
    maxBuffer: command.maxBytes ?? DEFAULT_MAX_BYTES,
    reject: false,
    stripFinalNewline: false,
    timeout: command.timeoutMs,
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...(command.input === undefined
      ? { stdin: 'ignore' as const }
      : { input: command.input }),
    ...output,
  });
  const failure = failureOf(result);
  return {
    exitCode: failure ? undefined : result.exitCode,
    stdout: Buffer.from(result.stdout ?? []),
    stderr: Buffer.from(result.stderr ?? [])
      .toString('utf8')
      .slice(-STDERR_TAIL_CHARACTERS),
    ...(failure === undefined ? {} : { failure }),
  };
}

function failureOf(result: {
  readonly code?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly isMaxBuffer: boolean;
  readonly timedOut: boolean;
}): CommandResult['failure'] {
  if (result.timedOut) return 'timeout';
  if (result.isMaxBuffer) return 'overflow';
  if (result.code === 'ENOENT' || result.code === 'EACCES') return 'not-found';
  return result.exitCode === undefined ? 'signal' : undefined;
}

/** The error of a command that did not do what it had to. */
export function commandError(
  code: ReasonCode,
  attempted: string,
  result: CommandResult,
): ActionError {
  const how = result.failure ?? `exit ${result.exitCode}`;
  const tail = result.stderr.trim().split('\n').slice(-3).join(' | ');
  return new ActionError(
    code,
    `${attempted} failed (${how})${tail === '' ? '' : `: ${tail}`}`,
    { evidence: { exit_code: result.exitCode ?? null, how } },
  );
}

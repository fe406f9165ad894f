import { spawnSync } from 'node:child_process';

export interface GitAnswer {
  readonly ok: boolean;
  readonly output: string;
  readonly error: string;
}

/** Asks git in a folder; what it prints is without its last line end. */
export function askGit(
  folder: string,
  args: readonly string[],
  input?: string,
): GitAnswer {
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    input,
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
  });
  return {
    ok: status === 0,
    output: (stdout ?? '').trimEnd(),
    error: (stderr || error?.message) ?? '',
  };
}

/** The same where another answer than success is an error of ours. */
export function git(
  folder: string,
  args: readonly string[],
  input?: string,
): string {
  const { ok, output, error } = askGit(folder, args, input);
  if (ok) return output;
  throw new Error(`git ${args.join(' ')} failed: ${error.trim()}`);
}

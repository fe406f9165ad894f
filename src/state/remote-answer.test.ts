import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../adapters/exec.ts';
import { gitSaid, isDenied, parsePushAnswer } from './remote-answer.ts';

const result = (
  exitCode: number | undefined,
  stdout: string,
  stderr = '',
): CommandResult => ({
  exitCode,
  stdout: Buffer.from(stdout),
  stderr,
  ...(exitCode === undefined ? { failure: 'timeout' as const } : {}),
});

const line = (flag: string, summary: string) =>
  `To https://forge.example/a/b.git\n${flag}\tabc:refs/heads/platform-state\t${summary}\nDone\n`;

describe('parsePushAnswer', () => {
  it.each<[string, string, CommandResult]>([
    ['accepted', 'fast-forward', result(0, line(' ', '1..2'))],
    ['accepted', 'new branch', result(0, line('*', '[new branch]'))],
    ['accepted', 'there already', result(0, line('=', '[up to date]'))],
    ['conflict', 'behind', result(1, line('!', '[rejected] (fetch first)'))],
    [
      'conflict',
      'lost the lock',
      result(1, line('!', '[remote rejected] (failed to update ref)')),
    ],
    [
      'conflict',
      'lost the lock, told beside',
      result(
        1,
        line('!', '[remote rejected] (reference update failed)'),
        "remote: error: cannot lock ref 'refs/heads/platform-state': is at 1 but expected 2",
      ),
    ],
    [
      'conflict',
      'two creators',
      result(1, line('!', '[remote rejected] (reference already exists)')),
    ],
    [
      'refused',
      'protected branch',
      result(1, line('!', '[remote rejected] (pre-receive hook declined)')),
    ],
    [
      'refused',
      'no permission over HTTP',
      result(
        128,
        '',
        "fatal: unable to access 'x': The requested URL returned error: 403",
      ),
    ],
    [
      'refused',
      'no permission over ssh',
      result(128, '', 'git@forge: Permission denied (publickey).'),
    ],
    [
      'unknown',
      'answer lost',
      result(1, line('!', '[remote failure] (remote failed to report status)')),
    ],
    [
      'unknown',
      'connection lost',
      result(128, '', 'fatal: the remote end hung up unexpectedly'),
    ],
    [
      'unknown',
      'server error',
      result(128, '', 'The requested URL returned error: 500'),
    ],
    ['unknown', 'stopped', result(undefined, '')],
    ['unknown', 'taken, then failed', result(128, line(' ', '1..2'))],
    ['unknown', 'nonsense', result(0, 'hello\n')],
  ])('%s: %s', (kind, _name, answer) => {
    expect(parsePushAnswer(answer).kind).toBe(kind);
  });
});

describe('isDenied', () => {
  it.each([
    [true, 'fatal: Authentication failed for'],
    [
      true,
      "fatal: could not read Username for 'https://x': terminal prompts disabled",
    ],
    [true, 'The requested URL returned error: 404'],
    [true, 'Host key verification failed.'],
    [false, 'Could not resolve host: forge.example'],
    [false, 'The requested URL returned error: 502'],
    [false, ''],
  ])('%s: %s', (denied, stderr) => {
    expect(isDenied(result(128, '', stderr))).toBe(denied);
  });
});

describe('gitSaid', () => {
  it('leaves out credentials and what cannot be printed', () => {
    const said = gitSaid(
      result(
        128,
        '',
        "fatal: unable to access 'https://me:s3cret@forge.example/': \u202eno\nhint: more\n",
      ),
    );
    expect(said).toContain('https://forge.example/');
    expect(said).toMatch(/^[\x20-\x7e]+$/);
    expect(said).not.toMatch(/s3cret|hint/);
  });

  it('says how git ended where git says nothing', () => {
    expect(gitSaid(result(undefined, ''))).toBe('timeout');
    expect(gitSaid(result(1, ''))).toBe('exit 1');
  });
});

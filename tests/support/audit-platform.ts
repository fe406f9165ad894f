import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runCommandLine } from '../../src/cli/command-line.ts';
import {
  makeStateRemote,
  plainGit,
  STATE_BRANCH,
  type StateRemote,
} from './state-remote.ts';

export interface CommandEnd {
  readonly exitCode: number;
  readonly stdout: string;
  /** What --json printed. */
  json(): Record<string, unknown>;
}

/** A platform repository whose state branch people verify and change by hand. */
export interface AuditPlatform {
  readonly remote: StateRemote;
  readonly checkout: string;
  /** Path of a file beside the checkout. */
  path(name: string): string;
  /** Runs a command of apply-gates in the checkout. */
  run(...args: readonly string[]): Promise<CommandEnd>;
  /** Runs it as at a terminal. */
  runAtTerminal(...args: readonly string[]): Promise<CommandEnd>;
  /** Changes files of the state branch by hand, in a commit of its own. */
  edit(files: Readonly<Record<string, string | Buffer | null>>): void;
  /** The state branch in a folder, as a person checks it out. */
  checkOutState(): string;
}

export function makeAuditPlatform(): AuditPlatform {
  const remote = makeStateRemote();
  const checkout = join(remote.root, 'checkout');
  const git = (...args: readonly string[]) => plainGit(checkout, args);
  mkdirSync(join(checkout, '.platform'), { recursive: true });
  git('init', '-q', '-b', 'main');
  writeFileSync(
    join(checkout, '.platform/gates.yaml'),
    'schema: 1\nhosts:\n  here: {transport: local}\n',
  );
  git('add', '-A');
  git('commit', '-q', '-m', 'begin');
  git('remote', 'add', 'origin', remote.repository);
  git('push', '-q', 'origin', 'main');
  const checkOutState = () => {
    const folder = join(remote.root, 'state-checkout');
    git('fetch', '-q', 'origin', `+${STATE_BRANCH}:${STATE_BRANCH}-seen`);
    git('worktree', 'prune');
    git(
      'worktree',
      'add',
      '-q',
      '-f',
      '--detach',
      folder,
      `${STATE_BRANCH}-seen`,
    );
    return folder;
  };
  return {
    remote,
    checkout,
    path: (name) => join(remote.root, name),
    run: (...args) => runHere(checkout, args, false),
    runAtTerminal: (...args) => runHere(checkout, args, true),
    checkOutState,
    edit: (files) => {
      const found = git('ls-remote', 'origin', `refs/heads/${STATE_BRANCH}`);
      if (found === '') remote.plant([]);
      const folder = checkOutState();
      for (const [path, content] of Object.entries(files)) {
        if (content === null) {
          plainGit(folder, ['rm', '-q', path]);
        } else {
          mkdirSync(join(folder, path, '..'), { recursive: true });
          writeFileSync(join(folder, path), content);
        }
      }
      plainGit(folder, ['add', '-A']);
      plainGit(folder, ['commit', '-q', '-m', 'by hand']);
      plainGit(folder, [
        'push',
        '-q',
        'origin',
        `HEAD:refs/heads/${STATE_BRANCH}`,
      ]);
      git('worktree', 'remove', '--force', folder);
    },
  };
}

/** Runs a command of apply-gates in a checkout. */
export async function runHere(
  checkout: string,
  args: readonly string[],
  isTTY: boolean,
): Promise<CommandEnd> {
  let stdout = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      stdout += String(chunk);
      done();
    },
  });
  const terminal = Object.assign(stream, { isTTY });
  const given = [...args, '--repo', checkout];
  const listeners = process.listeners('uncaughtException');
  const exitCode = await runCommandLine(given, terminal);
  // The command line keeps its own until the process ends.
  for (const each of process.listeners('uncaughtException')) {
    if (!listeners.includes(each)) process.off('uncaughtException', each);
  }
  return { exitCode, stdout, json: () => JSON.parse(stdout) };
}

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** The example platform in a temporary folder, with this machine as its host. */
export interface PlatformCopy {
  readonly folder: string;
  /** The repository. */
  readonly repo: string;
  /** `runtime_root` of its only host. */
  readonly host: string;
  git(...args: readonly string[]): string;
  /** Changes a file, which may be new, and commits it. Returns the commit. */
  commit(path: string, change: (text: string) => string): string;
  /** Runs the lane, and checks how it ends. */
  rehearse(
    title: string,
    exit: number,
    ...args: readonly string[]
  ): Promise<void>;
  /** Options that arm a stateful module at head, with a backup taken for it. */
  armed(module: string): string[];
  /** Runs another command of the CLI on the repository; its answer. */
  command(...args: readonly string[]): Answer;
  /** Says that its host may be changed, as a person does for a real one. */
  acknowledge(): void;
  check(claim: string, holds: boolean): void;
  /** How many checks did not hold. */
  readonly failures: () => number;
  /** Ends the rehearsal with the lane that runs. */
  stop(): void;
  remove(): void;
}

export function makePlatformCopy(): PlatformCopy {
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-rehearse-'));
  const repo = join(folder, 'platform');
  const host = join(folder, 'host');
  cpSync(join(root, 'examples/platform'), repo, { recursive: true });
  mkdirSync(host);
  let failures = 0;
  let stopped = false;
  const git: PlatformCopy['git'] = (...args) =>
    execFileSync('git', [...IDENTITY, ...args], {
      cwd: repo,
      encoding: 'utf8',
    }).trim();
  const check: PlatformCopy['check'] = (claim, holds) => {
    console.log(`${holds ? 'ok  ' : 'FAIL'} ${claim}`);
    if (!holds) failures += 1;
  };
  git('init', '--quiet', '--initial-branch', 'main');
  const command: PlatformCopy['command'] = (...args) => {
    const { stdout } = spawnSync(
      process.execPath,
      [join(root, 'dist/cli.js'), ...args, '--repo', repo, '--json'],
      // As at a terminal, also where a job of a forge rehearses.
      { encoding: 'utf8', env: { ...process.env, GITHUB_ACTIONS: '' } },
    );
    return JSON.parse(stdout);
  };
  return {
    ...{ folder, repo, host, git, command, check },
    failures: () => failures,
    stop: () => {
      stopped = true;
    },
    commit: (path, change) => {
      const file = join(repo, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, change(readText(file)));
      git('add', '--all');
      git('commit', '--quiet', '--message', `Change ${path}`);
      return git('rev-parse', 'HEAD');
    },
    rehearse: async (title, exit, ...args) => {
      console.log(`\n=== ${title}`);
      const command = [join(root, 'dist/cli.js'), 'rehearse', '--repo', repo];
      // Not as a call that waits: a signal has to be heard at once.
      const lane = spawn(process.execPath, [...command, ...args], {
        stdio: 'inherit',
      });
      const [status] = await once(lane, 'exit');
      if (stopped) throw new Error('The rehearsal was stopped.');
      check(`the lane ends with exit ${exit}`, status === exit);
    },
    armed: (module) => {
      // As an operator does, before a dispatch.
      const { outputs, verdict } = command('backup', module);
      const backup = outputs?.['backup-ref'];
      if (!backup) throw new Error(verdict.reason);
      const sha = git('rev-parse', 'HEAD').slice(0, 12);
      return [
        ...['--input', `module=${module}`, '--input', 'allow_stateful=true'],
        ...['--input', `backup_ref=${backup}`],
        ...['--input', `stateful_confirm=apply ${module} ${sha}`],
      ];
    },
    acknowledge: () => {
      const reason = 'it is the host of the rehearsal, and thrown away';
      const { verdict } = command('acknowledge', 'demo', '--reason', reason);
      console.log(`apply-gates acknowledge demo: ${verdict.reason}`);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a command of the CLI says as JSON. */
interface Answer {
  readonly verdict: { readonly reason: string };
  readonly outputs?: Readonly<Record<string, string>>;
}

const IDENTITY = ['-c', 'user.name=you', '-c', 'user.email=you@example.org'];

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Waits for what goes on on the host although its lane is gone. */
export function waitForHost({ host }: PlatformCopy): void {
  const lock = join(host, '.lock');
  if (existsSync(lock)) execFileSync('flock', [lock, 'true']);
}

/** Waits for ten seconds at most: what comes after it checks it. */
export async function waitFor(condition: () => Promise<boolean>) {
  for (let tries = 0; tries < 100 && !(await condition()); tries += 1) {
    await new Promise((done) => setTimeout(done, 100));
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandFile } from './command-files.ts';
import { pathOf } from './requirements.ts';

const COMMAND_FILES = [
  'OUTPUT',
  'ENV',
  'PATH',
  'STATE',
  'STEP_SUMMARY',
] as const;

export interface BundleRequest {
  readonly bundle: string;
  readonly args?: readonly string[];
  readonly cwd: string;
  /** The whole environment; the runner's command files are added. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the command files, made anew. */
  readonly folder: string;
  /** Path of node; APPLY_GATES_NODE24 or the one of the tests by default. */
  readonly node?: string | undefined;
  readonly onStart?: ((child: ChildProcess) => void) | undefined;
}

export interface BundleRun {
  /** Null where a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** Runs a bundle in a process of its own, the way a runner runs an action. */
export async function runBundle(request: BundleRequest): Promise<BundleRun> {
  const paths = makeCommandFiles(request.folder);
  const node = request.node ?? pathOf('node24') ?? process.execPath;
  const args = [request.bundle, ...(request.args ?? [])];
  const child = spawn(node, args, {
    cwd: request.cwd,
    env: { ...request.env, ...variables(paths) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  request.onStart?.(child);
  const ended = await collect(child);
  const files = Object.fromEntries(
    Object.entries(paths).map(([name, path]) => [
      name,
      readFileSync(path, 'utf8'),
    ]),
  );
  return { ...ended, files, outputs: parseCommandFile(files['OUTPUT'] ?? '') };
}

function makeCommandFiles(folder: string): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  return Object.fromEntries(
    COMMAND_FILES.map((name) => {
      const path = join(folder, name.toLowerCase());
      writeFileSync(path, '');
      return [name, path];
    }),
  );
}

function variables(paths: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(paths).map(([name, path]) => [`GITHUB_${name}`, path]),
  );
}

async function collect(child: ChildProcess) {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  return await new Promise<
    Pick<BundleRun, 'exitCode' | 'signal'> & typeof texts
  >((settle, fail) => {
    child.on('error', fail);
    child.on('close', (exitCode, signal) =>
      settle({ exitCode, signal, ...texts }),
    );
  });
}

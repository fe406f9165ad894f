import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { REQUIRE_BANNER } from '../../scripts/build/bundles.ts';
import { parseCommandFile } from './command-files.ts';

const FILES = ['OUTPUT', 'ENV', 'PATH', 'STATE', 'STEP_SUMMARY'] as const;

export interface ProbeRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Record<string, string>;
  readonly files: Readonly<Record<(typeof FILES)[number], string>>;
  /** The verdict file as text. */
  readonly record: string;
}

export interface Probe {
  readonly folder: string;
  run(
    inputs: Readonly<Record<string, string>>,
    options?: {
      readonly flavour?: 'forgejo' | 'github' | 'local';
      readonly whenWaiting?: (child: ChildProcess) => void;
      readonly variables?: Readonly<Record<string, string>>;
    },
  ): Promise<ProbeRun>;
  remove(): void;
}

/** Bundles the probe action as actions are bundled, to be run by Node alone. */
export async function makeProbe(): Promise<Probe> {
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-probe-'));
  const bundle = join(folder, 'probe.mjs');
  await build({
    entryPoints: [resolve(import.meta.dirname, 'probe-action.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minify: true,
    outfile: bundle,
    logLevel: 'warning',
    banner: { js: REQUIRE_BANNER },
  });
  let count = 0;
  return {
    folder,
    run: async (
      inputs,
      { flavour = 'github', whenWaiting, variables } = {},
    ) => {
      count += 1;
      const files = makeCommandFiles(join(folder, String(count)));
      const env = {
        PATH: process.env['PATH'] ?? '',
        RUNNER_TEMP: folder,
        ...(flavour === 'local' ? {} : runnerVariables(flavour, files)),
        ...Object.fromEntries(
          Object.entries(inputs).map(([name, value]) => [
            `INPUT_${name.toUpperCase()}`,
            value,
          ]),
        ),
        ...variables,
      };
      const child = spawn(process.execPath, [bundle], { env });
      return { ...(await collect(child, whenWaiting)), ...read(folder, files) };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

type CommandFiles = Readonly<Record<(typeof FILES)[number], string>>;

function makeCommandFiles(folder: string): CommandFiles {
  mkdirSync(folder);
  const path = (name: string) => join(folder, name);
  for (const name of FILES) writeFileSync(path(name), '');
  return {
    OUTPUT: path('OUTPUT'),
    ENV: path('ENV'),
    PATH: path('PATH'),
    STATE: path('STATE'),
    STEP_SUMMARY: path('STEP_SUMMARY'),
  };
}

function runnerVariables(flavour: string, files: CommandFiles) {
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_RUN_ID: '7',
    GITHUB_JOB: 'apply',
    ...(flavour === 'forgejo' ? { FORGEJO_ACTIONS: 'true' } : {}),
    ...Object.fromEntries(
      Object.entries(files).map(([name, path]) => [`GITHUB_${name}`, path]),
    ),
  };
}

async function collect(
  child: ChildProcess,
  whenWaiting?: (child: ChildProcess) => void,
) {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (text.includes('waiting')) whenWaiting?.(child);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exitCode = await new Promise<number | null>((settle) => {
    child.on('close', settle);
  });
  return { exitCode, stdout, stderr };
}

function read(folder: string, files: CommandFiles) {
  const record = join(folder, 'apply-gates', 'verdicts.jsonl');
  const content = (name: keyof CommandFiles) =>
    readFileSync(files[name], 'utf8');
  return {
    outputs: parseCommandFile(content('OUTPUT')),
    files: {
      OUTPUT: content('OUTPUT'),
      ENV: content('ENV'),
      PATH: content('PATH'),
      STATE: content('STATE'),
      STEP_SUMMARY: content('STEP_SUMMARY'),
    },
    record: existsSync(record) ? readFileSync(record, 'utf8') : '',
  };
}

import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePath } from './action-files.ts';
import type { ExamplePlatform } from './example-platform.ts';
import { runBundle } from './run-bundle.ts';

export interface CommandRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What `--json` printed; throws where it is not one document. */
  json(): unknown;
}

interface CommandPlace extends Pick<ExamplePlatform, 'checkout'> {
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `apply-gates` as a person would, inside a platform repository. */
export async function runCommand(
  platform: CommandPlace,
  ...args: readonly string[]
): Promise<CommandRun> {
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-cli-'));
  try {
    const run = await runBundle({
      bundle: bundlePath('.', 'dist/cli.js'),
      args,
      cwd: platform.checkout,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...platform.env },
      folder,
      onStart: platform.onStart,
    });
    return { ...run, json: () => JSON.parse(run.stdout) as unknown };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

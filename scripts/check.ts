import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findStaleBundles } from './check/dist-freshness.ts';

const root = resolve(import.meta.dirname, '..');

interface Outcome {
  /** What to show; empty where there is nothing to say. */
  readonly problems: string;
  readonly repair?: string;
}

/** Every check runs, so that the first failure does not hide the others. */
const CHECKS: Readonly<Record<string, () => Outcome | Promise<Outcome>>> = {
  'format and lint': () => ({
    ...run('biome', ['check', '--error-on-warnings', '.']),
    repair: 'npm run format',
  }),
  types: () => run('tsc', ['-p', '.']),
  'layers and contracts': () =>
    run('vitest', ['run', '--reporter=dot', 'tests/contract']),
  'shell scripts': checkShellScripts,
  documents: () => run('tsx', ['scripts/generate-docs.ts', '--check']),
  'dist is fresh': checkBundles,
};

let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  const started = performance.now();
  const { problems, repair } = await check();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${problems === '' ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (problems === '') continue;
  failed += 1;
  console.log(problems.replace(/^/gm, '     '));
  if (repair !== undefined) console.log(`     Repair it with: ${repair}`);
}
if (failed > 0) {
  console.log(`${failed} of ${Object.keys(CHECKS).length} checks failed`);
  process.exitCode = 1;
}

/** Runs a program of this project; its output counts only when it fails. */
function run(program: string, args: readonly string[]): Outcome {
  return start(join(root, 'node_modules/.bin', program), args);
}

function start(file: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return { problems: '' };
  const output = `${stdout ?? ''}${stderr ?? ''}`.trim();
  return { problems: output || `${file}: ${error?.message ?? status}` };
}

async function checkBundles(): Promise<Outcome> {
  try {
    const problems = (await findStaleBundles(root)).join('\n');
    return { problems, repair: 'npm run build && git add dist' };
  } catch (error) {
    return { problems: `the build fails: ${String(error)}` };
  }
}

function checkShellScripts(): Outcome {
  const listed = spawnSync('git', ['ls-files', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  const scripts = (listed.stdout ?? '').split('\0').filter(isShellScript);
  const outcome = start('shellcheck', scripts);
  if (!outcome.problems.includes('ENOENT')) return outcome;
  console.log('     shellcheck is not installed: shell scripts not checked');
  return { problems: '' };
}

/** The parts of the host's program are checked as a whole, by its own test. */
function isShellScript(path: string): boolean {
  return (
    path.startsWith('.ci/') &&
    /^#!.*\b(?:ba)?sh\b/.test(readFileSync(join(root, path), 'utf8'))
  );
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DocumentProblem,
  formatProblem,
} from '../../model/document-problem.ts';
import { InputError } from '../../model/errors.ts';
import { isModuleId } from '../../model/identifiers.ts';
import { type Manifest, parseManifest } from '../../model/manifest.ts';
import { type Policy, parsePolicy } from '../../model/policy.ts';
import { DEFAULT_POLICY_PATH } from '../../model/policy-defaults.ts';
import { printable } from '../../model/printable.ts';
import { findContradictions } from '../../repository/contradictions.ts';
import type { ExplainedProblem } from '../explain-problem.ts';
import type { Terminal } from '../terminal.ts';

interface ValidateOptions {
  readonly policy?: string;
}

/** Checks the files of a folder as they are, committed or not. */
export function validate(dir: string | undefined, options: ValidateOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const root = dir ?? '.';
    const file = options.policy ?? DEFAULT_POLICY_PATH;
    const parsed = parsePolicy(file, readText(root, file));
    const checked = parsed.ok
      ? checkModules(root, parsed.value, file)
      : { modules: 0, problems: parsed.problems };
    const valid = checked.problems.length === 0;
    const problems = valid
      ? []
      : await explainAll(checked.problems, root, file);
    for (const problem of problems) {
      for (const line of renderExplained(problem)) terminal.line(line);
    }
    terminal.line(
      valid
        ? `valid: the policy and ${checked.modules} manifests`
        : `${problems.length} problems; docs/configuration.md shows every key`,
    );
    terminal.document({ valid, modules: checked.modules, problems });
    return valid ? 0 : 2;
  };
}

/** Each problem with its place, what is there and what may be. */
async function explainAll(
  problems: readonly DocumentProblem[],
  root: string,
  policyFile: string,
): Promise<ExplainedProblem[]> {
  const { explainProblem } = await import('../explain-problem.ts');
  return problems
    .map((problem) =>
      explainProblem(
        problem,
        readText(root, problem.file),
        problem.file === policyFile ? 'policy' : 'manifest',
      ),
    )
    .sort(byPlace);
}

function byPlace(left: ExplainedProblem, right: ExplainedProblem): number {
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || (left.column ?? 0) - (right.column ?? 0);
}

function renderExplained(problem: ExplainedProblem): string[] {
  const { found, allowed, meaning, example } = problem;
  const told = { found, allowed, meaning, write: example };
  return [
    formatProblem(problem),
    ...Object.entries(told)
      .filter(([, text]) => text !== '')
      .map(([name, text]) => printable(`    ${name.padEnd(8)} ${text}`)),
  ];
}

function readText(root: string, path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    throw new InputError('dir', root, `a folder that holds ${path}`);
  }
}

function checkModules(
  root: string,
  policy: Policy,
  policyFile: string,
): { modules: number; problems: DocumentProblem[] } {
  const problems: DocumentProblem[] = [];
  const manifests = new Map<string, Manifest>();
  for (const folder of readFolders(join(root, policy.modules_dir))) {
    const file = `${policy.modules_dir}/${folder}/module.yaml`;
    if (!isModuleId(folder)) {
      problems.push(problem(file, 'id', `${folder} cannot be a module id`));
      continue;
    }
    const parsed = parseManifest(file, readText(root, file), folder);
    if (parsed.ok) manifests.set(folder, parsed.value);
    else problems.push(...parsed.problems);
  }
  problems.push(...findContradictions(policy, policyFile, manifests));
  return { modules: manifests.size, problems };
}

function readFolders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

function problem(file: string, key: string, message: string): DocumentProblem {
  return { file, line: 1, key, message };
}

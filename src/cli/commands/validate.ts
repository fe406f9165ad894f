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
import { findContradictions } from '../../repository/contradictions.ts';
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
    for (const problem of checked.problems) {
      terminal.line(formatProblem(problem));
    }
    terminal.line(
      checked.problems.length === 0
        ? `valid: the policy and ${checked.modules} manifests`
        : `${checked.problems.length} problems; docs/configuration.md shows every key`,
    );
    terminal.document({ valid: checked.problems.length === 0, ...checked });
    return checked.problems.length === 0 ? 0 : 2;
  };
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

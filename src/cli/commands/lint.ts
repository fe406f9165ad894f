import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lintSources } from '../../actions/lint-sources.ts';
import { decideLint } from '../../lint/decide-lint.ts';
import type { WorkflowSource } from '../../lint/lint-workflows.ts';
import { renderFindings } from '../../lint/render-findings.ts';
import { WORKFLOW_FOLDERS } from '../../lint/workflow-files.ts';
import { InputError } from '../../model/errors.ts';
import { exitStatusOfVerdict } from '../../model/verdict.ts';
import type { Terminal } from '../terminal.ts';

/** Judges the workflows of a folder as they are, committed or not. */
export function lint(dir: string | undefined) {
  return async (terminal: Terminal): Promise<number> => {
    const sources = readSources(dir ?? '.');
    const findings = await lintSources(sources);
    const verdict = decideLint(findings, { files: sources.length, sha: '' });
    for (const line of renderFindings(findings)) terminal.line(line);
    // The table has said what its findings are.
    terminal.verdict({ ...verdict, findings: [] });
    terminal.document({ verdict, findings });
    return exitStatusOfVerdict(verdict);
  };
}

/** The workflows of a repository, or what lies in the folder itself. */
function readSources(dir: string): WorkflowSource[] {
  const found = WORKFLOW_FOLDERS.flatMap((folder) => listYaml(dir, folder));
  const files = found.length > 0 ? found : listYaml(dir, '');
  if (files.length === 0) {
    const allowed = `a folder with workflows, or a repository with ${WORKFLOW_FOLDERS.join(', ')}`;
    throw new InputError('dir', dir, allowed);
  }
  return files.map((file) => ({
    file,
    content: readFileSync(join(dir, file), 'utf8'),
  }));
}

function listYaml(dir: string, folder: string): string[] {
  try {
    return readdirSync(join(dir, folder))
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => join(folder, name))
      .filter((file) => statSync(join(dir, file)).isFile())
      .sort();
  } catch {
    return [];
  }
}

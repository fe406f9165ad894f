import { createHash } from 'node:crypto';
import { type ActionsSource, usesOf } from './actions-source.ts';
import type { ForgeKind } from './forge-kind.ts';

/** What a workflow is made of, beside its template. */
export interface WorkflowSettings {
  readonly version: string;
  readonly forge: ForgeKind;
  readonly source: ActionsSource;
  readonly branch: string;
  readonly runsOn: string | undefined;
  /** The `uses:` of the checkout that `prepare` itself does. */
  readonly checkout: string;
}

/** Who wrote a file, and whether it is still as it was written. */
export interface WorkflowMark {
  readonly version: string;
  readonly isEdited: boolean;
}

const PLACEHOLDER =
  /apply-gates\/apply-gates\/actions\/([a-z-]+)@0{40}(?=\s|$)/g;
const MARK =
  /^# Written by apply-gates init (?<version>[\w.-]{1,40}), sha256:(?<sum>[0-9a-f]{64})\n/;

/** A workflow as the forge takes it, with a mark that tells edits. */
export function renderWorkflow(
  template: string,
  settings: WorkflowSettings,
): string {
  const { forge, runsOn, source } = settings;
  let text = template
    // The words to whoever copies it by hand.
    .replace(/^(?:#.*\n)+/, '')
    .replace('branches: [main]', `branches: [${yamlWord(settings.branch)}]`);
  if (source.kind === 'vendored') text = addCheckout(text, settings.checkout);
  if (runsOn !== undefined) {
    text = text.replaceAll(/^(\s+runs-on: ).*$/gm, `$1${yamlWord(runsOn)}`);
  }
  text = text.replaceAll(PLACEHOLDER, (_, action: string) =>
    usesOf(action, source, forge),
  );
  return `# Written by apply-gates init ${settings.version}, sha256:${sumOf(text)}\n${text}`;
}

/**
 * Actions of the repository itself are there only once it is checked out; with
 * the settings of `prepare`, which then does it again for what it is asked for.
 */
function addCheckout(text: string, checkout: string): string {
  const lines = [
    '# The actions are part of this repository.',
    `- uses: ${checkout}`,
    '  with:',
    '    fetch-depth: 0',
    '    persist-credentials: false',
    '',
  ];
  return text.replace(/^( +)steps:\n/m, (steps, indent: string) =>
    [
      steps,
      ...lines.map((line) => (line ? `${indent}  ${line}\n` : '\n')),
    ].join(''),
  );
}

/** The mark of a file; undefined where init did not write it. */
export function readMark(text: string): WorkflowMark | undefined {
  const mark = MARK.exec(text);
  const { version, sum } = mark?.groups ?? {};
  if (!mark || version === undefined) return undefined;
  return { version, isEdited: sumOf(text.slice(mark[0].length)) !== sum };
}

export function sumOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function yamlWord(text: string): string {
  return /^[A-Za-z][A-Za-z0-9._/-]*$/.test(text) ? text : JSON.stringify(text);
}

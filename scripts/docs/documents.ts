import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REASONS } from '../../src/model/reason-codes.ts';
import { type ActionFile, readActionFiles } from './action-files.ts';
import { fillMarkedBlock, renderTable } from './marked-blocks.ts';

/** Every document with a generated part: path -> what it must contain. */
export function renderDocuments(root: string): Map<string, string> {
  const actions = readActionFiles(root);
  const fill = (path: string, blocks: Readonly<Record<string, string>>) => {
    try {
      return Object.entries(blocks).reduce(
        (text, [name, content]) => fillMarkedBlock(text, name, content),
        readFileSync(join(root, path), 'utf8'),
      );
    } catch (cause) {
      throw new Error(`${path} cannot be filled`, { cause });
    }
  };
  return new Map([
    ['README.md', fill('README.md', { actions: renderActions(actions) })],
    ['docs/reason-codes.md', renderReasonCodes()],
    ...actions.map((action) => {
      const path = `${action.folder}/README.md`;
      return [
        path,
        fill(path, {
          inputs: renderInputs(action),
          outputs: renderOutputs(action),
        }),
      ] as const;
    }),
  ]);
}

function renderActions(actions: readonly ActionFile[]): string {
  return renderTable(
    ['action', 'what it does'],
    actions.map(({ id, folder, description }) => [
      `[\`${id}\`](${folder}/README.md)`,
      description,
    ]),
  );
}

function renderInputs({ inputs }: ActionFile): string {
  return renderTable(
    ['input', 'meaning', 'default'],
    Object.entries(inputs).map(([name, { description, default: value }]) => [
      `\`${name}\``,
      description,
      value ? `\`${value}\`` : '',
    ]),
  );
}

function renderOutputs({ outputs }: ActionFile): string {
  const rows = Object.entries(outputs).map(([name, { description }]) => [
    `\`${name}\``,
    description,
  ]);
  return rows.length === 0 ? 'None.' : renderTable(['output', 'meaning'], rows);
}

function renderReasonCodes(): string {
  const reasons = Object.entries(REASONS);
  const words = new Set(reasons.map(([code]) => wordOf(code)));
  const sections = [...words].map(
    (word) =>
      `## ${word}\n\n${renderTable(
        ['code', 'exit', 'what happened', 'what to do'],
        reasons
          .filter(([code]) => wordOf(code) === word)
          .map(([code, { exit, cause, remedy }]) => [
            `\`${code}\``,
            String(exit),
            cause,
            remedy,
          ]),
      )}`,
  );
  return `${[
    '# Reason codes',
    '<!-- Generated from src/model/reason-codes by `npm run docs`. -->',
    'Every gate ends with one code. The number beside it is the exit status of the step, and of the command line. With several refusals the lowest exit status wins, and the verdict lists all of them.',
    ...sections,
  ].join('\n\n')}\n`;
}

function wordOf(code: string): string {
  return code.slice(0, code.indexOf('/'));
}

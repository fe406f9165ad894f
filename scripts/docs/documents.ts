import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../../src/doctor/checks/check.ts';
import { CHECKS } from '../../src/doctor/finding.ts';
import { type LintCode, SEVERITIES } from '../../src/lint/lint-finding.ts';
import {
  type DocumentName,
  documentSchema,
} from '../../src/model/document-schema.ts';
import { REASONS } from '../../src/model/reason-codes.ts';
import { renderActionCodes } from './action-codes.ts';
import {
  type ActionFile,
  readActionFile,
  readActionFiles,
} from './action-files.ts';
import { renderDocumentKeys } from './document-keys.ts';
import { renderLanes } from './lane-pictures.ts';
import { fillMarkedBlock, renderTable } from './marked-blocks.ts';

/** Every document with a generated part: path -> what it must contain. */
export function renderDocuments(root: string): Map<string, string> {
  const actions = readActionFiles(root);
  const whole = readActionFile(root, 'auto-apply', '.');
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
    ['docs/lint.md', fill('docs/lint.md', { rules: renderLintRules() })],
    ['docs/doctor.md', fill('docs/doctor.md', { checks: renderChecks() })],
    [
      'docs/configuration.md',
      fill('docs/configuration.md', {
        'policy-keys': renderDocumentKeys(documentSchema('policy')),
        'manifest-keys': renderDocumentKeys(documentSchema('manifest')),
      }),
    ],
    [
      'docs/lane.md',
      fill('docs/lane.md', {
        ...renderLanes(actions),
        inputs: renderInputs(whole),
        outputs: renderOutputs(whole),
      }),
    ],
    ['schemas/gates.schema.json', renderSchema('policy')],
    ['schemas/module.schema.json', renderSchema('manifest')],
    ['src/lint/action-inputs.ts', renderActionInputs([...actions, whole])],
    ...actions.map((action) => {
      const path = `${action.folder}/README.md`;
      return [
        path,
        fill(path, {
          inputs: renderInputs(action),
          outputs: renderOutputs(action),
          codes: renderActionCodes(root, action),
        }),
      ] as const;
    }),
  ]);
}

function renderSchema(name: DocumentName): string {
  return `${JSON.stringify(documentSchema(name), null, 2)}\n`;
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

function renderLintRules(): string {
  return renderTable(
    ['code', 'severity', 'what it means', 'what to write instead'],
    Object.entries(SEVERITIES).map(([code, [inApply, elsewhere]]) => {
      const { cause, remedy } = REASONS[code as LintCode];
      const severity =
        inApply === elsewhere
          ? elsewhere
          : `${inApply} in a job that applies, else ${elsewhere}`;
      return [`\`${code}\``, severity, cause, remedy];
    }),
  );
}

/** What doctor looks at, and under each check what it can find. */
function renderChecks(): string {
  return Object.entries<Check>(CHECKS)
    .map(([name, { what, unseen, outcomes }]) => {
      const rows = Object.entries(outcomes).map(([outcome, found]) => [
        `\`${name}/${outcome}\``,
        ...[found.severity, found.means, found.remedy],
      ]);
      rows.push([`\`${name}/unknown\``, 'unknown', 'Not seen.', unseen]);
      const table = renderTable(
        ['code', 'it is', 'what it means', 'what mends it'],
        rows.map((row) => row.map(escapeAngles)),
      );
      return `### ${name}\n\n${what}\n\n${table}`;
    })
    .join('\n\n');
}

/** A name in angle brackets would be an element of HTML. */
function escapeAngles(text: string): string {
  return text.replaceAll('<', '\\<');
}

/** What the lint knows of our actions, the one in the root among them. */
function renderActionInputs(actions: readonly ActionFile[]): string {
  const lines = actions.map(
    ({ id, inputs }) =>
      `  '${id}': [${Object.keys(inputs)
        .map((name) => `'${name}'`)
        .join(', ')}],`,
  );
  return `${[
    '// Generated from every action.yml by `npm run docs`.',
    '// biome-ignore-all format: generated, one line for each action',
    '',
    '/** Inputs of each action of apply-gates; `auto-apply` is the lane in one step. */',
    'export const ACTION_INPUTS: Readonly<Record<string, readonly string[]>> = {',
    ...lines,
    '};',
  ].join('\n')}\n`;
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

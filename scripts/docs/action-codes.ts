import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  isReasonCode,
  REASONS,
  type ReasonCode,
} from '../../src/model/reason-codes.ts';
import { readRepositoryFile } from '../../tests/support/repository-files.ts';
import { readImports } from '../../tests/support/source-imports.ts';
import type { ActionFile } from './action-files.ts';
import { renderTable } from './marked-blocks.ts';

const LITERAL = /['"`]([a-z]+\/[a-z]+(?:-[a-z]+)*)['"`]/g;

/** Where an action decides; the rest is what it stands on. */
const OWN = (id: string) => new RegExp(`^src/(?:actions/${id}|gates)/`);

/**
 * The codes that an action can end with: those that are written in what it
 * loads. It names rather one too many than one too few.
 */
export function renderActionCodes(root: string, { id }: ActionFile): string {
  const main = `src/actions/${id}/main.ts`;
  if (!existsSync(join(root, main))) {
    return 'It runs no code of ours, and has none.';
  }
  const files = [...reach(root, main)];
  const own = codesIn(files.filter((file) => OWN(id).test(file)));
  const others = codesIn(files).filter((code) => !own.includes(code));
  return [
    renderTable(
      ['code', 'exit', 'what happened'],
      own.map((code) => [
        `\`${code}\``,
        String(REASONS[code].exit),
        REASONS[code].cause,
      ]),
    ),
    'It can also end with a code of what it stands on, such as git, the state branch or a host:',
    renderTable(['exit', 'codes'], byExit(others)),
    'What to do about each: [the list of reason codes](../../docs/reason-codes.md).',
  ].join('\n\n');
}

function byExit(codes: readonly ReasonCode[]): string[][] {
  const exits = [...new Set(codes.map((code) => REASONS[code].exit))].sort();
  return exits.map((exit) => [
    String(exit),
    codes
      .filter((code) => REASONS[code].exit === exit)
      .map((code) => `\`${code}\``)
      .join(', '),
  ]);
}

/** In the order of the table of all codes. */
function codesIn(files: readonly string[]): ReasonCode[] {
  const written = new Set(
    files.flatMap((file) =>
      [...readRepositoryFile(file).matchAll(LITERAL)].map(([, code]) => code),
    ),
  );
  return Object.keys(REASONS)
    .filter(isReasonCode)
    .filter((code) => written.has(code));
}

/** Every file that is loaded with one, now or when it is asked for. */
function reach(root: string, file: string, seen = new Set<string>()) {
  const isSource = file.endsWith('.ts') && existsSync(join(root, file));
  // They hold every code that there is.
  if (!isSource || seen.has(file) || /reason-codes/.test(file)) return seen;
  seen.add(file);
  for (const { target, kind } of readImports(file)) {
    if (target !== undefined && kind !== 'type') reach(root, target, seen);
  }
  return seen;
}

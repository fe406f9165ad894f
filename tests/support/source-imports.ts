import { posix } from 'node:path';
import { readRepositoryFile } from './repository-files.ts';

/** One import of a source file, as it is written. */
export interface SourceImport {
  readonly specifier: string;
  /** Path inside the repository; undefined for packages and Node's modules. */
  readonly target: string | undefined;
  readonly kind: 'value' | 'type' | 'dynamic';
}

const STATEMENT =
  /^(?:import|export)\s(?<clause>[^;'"]*?from\s*)?['"](?<specifier>[^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"](?<specifier>[^'"]+)['"]/g;

/** Every import of one file: static, re-exported and dynamic ones. */
export function readImports(file: string): SourceImport[] {
  const text = readRepositoryFile(file);
  const statements = [...text.matchAll(STATEMENT)].map((match) => {
    const clause = match.groups?.['clause'] ?? '';
    return describeImport(
      file,
      match.groups?.['specifier'] ?? '',
      isTypeOnly(clause) ? 'type' : 'value',
    );
  });
  const dynamic = [...text.matchAll(DYNAMIC)].map((match) =>
    describeImport(file, match.groups?.['specifier'] ?? '', 'dynamic'),
  );
  return [...statements, ...dynamic];
}

function describeImport(
  file: string,
  specifier: string,
  kind: SourceImport['kind'],
): SourceImport {
  const target = specifier.startsWith('.')
    ? posix.join(posix.dirname(file), specifier)
    : undefined;
  return { specifier, target, kind };
}

/** `type X from`, `type { X } from` and `{ type X, type Y } from`. */
function isTypeOnly(clause: string): boolean {
  if (/^type\s/.test(clause)) return true;
  const names = /\{(?<names>[^}]*)\}/.exec(clause)?.groups?.['names'];
  if (names === undefined || !clause.trim().startsWith('{')) return false;
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .every((name) => name.startsWith('type '));
}

import { printable } from './printable.ts';

/** One thing wrong in a document, with the place to look at. */
export interface DocumentProblem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based; absent where only the file is known. */
  readonly column?: number;
  /** Dotted path of the key, empty for the document itself. */
  readonly key: string;
  /** The same in parts, since a key may have dots in it. */
  readonly path?: readonly PropertyKey[];
  readonly message: string;
}

export type DocumentResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

/** `file:line:column: key: message`, safe to print. */
export function formatProblem(problem: DocumentProblem): string {
  const { file, line, column, message } = problem;
  const key = problem.key === '' ? '' : `${problem.key}: `;
  const place = column === undefined ? line : `${line}:${column}`;
  return printable(`${file}:${place}: ${key}${message}`);
}

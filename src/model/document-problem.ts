import { printable } from './printable.ts';

/** One thing wrong in a document, with the place to look at. */
export interface DocumentProblem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Dotted path of the key, empty for the document itself. */
  readonly key: string;
  readonly message: string;
}

export type DocumentResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

/** `file:line: key: message`, safe to print. */
export function formatProblem(problem: DocumentProblem): string {
  const key = problem.key === '' ? '' : `${problem.key}: `;
  return printable(`${problem.file}:${problem.line}: ${key}${problem.message}`);
}

import { printable } from '../../../model/printable.ts';
import type { ReasonCode } from '../../../model/reason-codes.ts';
import { type Finding, finding } from '../../../model/verdict.ts';

const MAX_TOLD = 30;
const MAX_VALUE = 200;

/** Where in the repository something is written. */
export interface SourcePlace {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** What is wrong in the files of a module: each thing once, and not too many. */
export class FileFindings {
  readonly #module: string;
  readonly #found = new Map<string, Finding>();

  constructor(module: string) {
    this.#module = module;
  }

  tell(
    code: ReasonCode,
    { file, line }: SourcePlace,
    message: string,
    remedy?: string,
  ): void {
    const reason = printable(`${file}:${line}: ${message}`);
    const key = `${code} ${reason}`;
    if (this.#found.has(key) || this.#found.size >= MAX_TOLD) return;
    this.#found.set(
      key,
      finding(code, reason, {
        module: this.#module,
        ...(remedy === undefined ? {} : { remedy: printable(remedy) }),
      }),
    );
  }

  list(): readonly Finding[] {
    return [...this.#found.values()];
  }
}

/** A value of a file in quotes, cut where it is too long to be told. */
export function quoted(text: string): string {
  const told = text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
  return JSON.stringify(told);
}

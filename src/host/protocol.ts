import { HOST_PROGRAM } from './program.ts';

/** Beyond this an answer is nonsense; the program itself prints far less. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Far more than is shown, so that a secret in it is there as a whole. */
const SAMPLE_BYTES = 4_096;

const FIRST_LINE = 'apply-gates 1';
const LAST_LINE = 'end';
const ANSWER_LINE = /^([a-z][a-z_]{0,31})([=:])(.*)$/;
const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export type ParsedAnswer =
  | {
      readonly kind: 'answer';
      readonly fields: ReadonlyMap<string, Buffer>;
    }
  /** It began like an answer and ended before its end. */
  | { readonly kind: 'cut-off' }
  /** Something else than our program spoke; its words are as they came. */
  | { readonly kind: 'nonsense'; readonly sample: string };

/** The command that the host's login shell runs: the same for every request. */
export function remoteCommand(program = HOST_PROGRAM): string {
  return `sh -c 'eval "$0"' '${program.replaceAll("'", "'\\''")}'`;
}

/** What needs no encoding; each that does costs the host two processes. */
const PLAIN_VALUE = /^[A-Za-z0-9 ._/@+,:=-]*$/;
const PLAIN_WORD = /^[A-Za-z0-9._/@+,=-]+$/;

/** `key=base64` or `key:plain` lines and the empty line that ends them. */
export function encodeRequest(
  fields: Readonly<Record<string, string>>,
  { plain = true } = {},
): Buffer {
  const lines = Object.entries(fields).map(([key, value]) =>
    plain && PLAIN_VALUE.test(value)
      ? `${key}:${value}\n`
      : `${key}=${Buffer.from(value).toString('base64')}\n`,
  );
  return Buffer.from(`${lines.join('')}\n`);
}

/** A list of words as one value, each exact: `:plain .base64`. */
export function encodeWords(words: readonly string[]): string {
  return words
    .map((word) =>
      PLAIN_WORD.test(word)
        ? `:${word}`
        : `.${Buffer.from(word).toString('base64')}`,
    )
    .join(' ');
}

/**
 * Reads what the host printed. Whatever is not byte for byte our own frame is
 * nonsense: a login script that prints, an old version, somebody else.
 */
export function parseAnswer(output: Buffer): ParsedAnswer {
  if (output.length > MAX_ANSWER_BYTES) return nonsense(output);
  const lines = output.toString('latin1').split('\n');
  const first = lines[0] ?? '';
  if (first !== FIRST_LINE) {
    return lines.length === 1 && FIRST_LINE.startsWith(first)
      ? { kind: 'cut-off' }
      : nonsense(output);
  }
  const fields = new Map<string, Buffer>();
  for (const [index, line] of lines.slice(1).entries()) {
    const isLast = index === lines.length - 2;
    if (line === LAST_LINE && !isLast) {
      const rest = lines.slice(index + 2).join('\n');
      return rest === '' ? { kind: 'answer', fields } : nonsense(output);
    }
    // What a broken connection leaves is a line without its end.
    if (isLast) break;
    const match = ANSWER_LINE.exec(line);
    const [, key = '', form, value = ''] = match ?? [];
    if (!match || fields.has(key)) return nonsense(output);
    if (form === '=' && !BASE64.test(value)) return nonsense(output);
    fields.set(key, Buffer.from(value, form === '=' ? 'base64' : 'latin1'));
  }
  return { kind: 'cut-off' };
}

function nonsense(output: Buffer): ParsedAnswer {
  const sample = output.subarray(0, SAMPLE_BYTES).toString('utf8');
  return { kind: 'nonsense', sample };
}

import { REDACTED, type Redactor } from './redactor.ts';

/** Longer lines are cut; what is cut off is counted, not kept. */
const MAX_LINE_CHARACTERS = 16_384;

const KEY_BEGIN = /-----BEGIN[A-Z0-9 ]{0,40} PRIVATE KEY(?: BLOCK)?-----/;
const KEY_END = /-----END[A-Z0-9 ]{0,40} PRIVATE KEY(?: BLOCK)?-----/;
/**
 * What the lines between them look like, be it behind the name of a container;
 * anything else ends the key.
 */
const KEY_LINE =
  /^(?:[^|]{0,80}\|)?\s*(?:[A-Za-z0-9+/=]{0,100}|(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset): .*)\s*$/;

/** Redacts a stream of bytes, line by line. */
export interface LineRedactor {
  /** The lines that this chunk completes, redacted, without line ends. */
  push(chunk: Uint8Array): string[];
  /** The last line, where the stream did not end with a line end. */
  end(): string[];
}

/**
 * Makes a redactor for what a child process prints. A line is judged whole, so
 * a secret is found wherever the stream was cut into chunks.
 */
export function makeLineRedactor(
  redactor: Redactor,
  maxCharacters = MAX_LINE_CHARACTERS,
): LineRedactor {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const redactLine = makeKeyAwareRedactor(redactor, maxCharacters);
  // A secret that begins before the bound must be seen to its end.
  const kept = maxCharacters + redactor.reach;
  let line = '';
  let dropped = 0;
  const extend = (text: string) => {
    dropped += Math.max(0, line.length + text.length - kept);
    line = (line + text).slice(0, kept);
  };
  const finish = () => {
    const finished = redactLine(line, dropped);
    line = '';
    dropped = 0;
    return finished;
  };
  const take = (text: string) => {
    const [first = '', ...others] = text.split('\n');
    extend(first);
    return others.map((next) => {
      const finished = finish();
      extend(next);
      return finished;
    });
  };
  return {
    push: (chunk) => take(decoder.decode(chunk, { stream: true })),
    end: () => {
      const lines = take(decoder.decode());
      return line === '' ? lines : [...lines, finish()];
    },
  };
}

/** Redacts one line; a private key goes on from line to line. */
function makeKeyAwareRedactor(
  redactor: Redactor,
  maxCharacters: number,
): (line: string, dropped: number) => string {
  let insideKey = false;
  return (text, dropped) => {
    const line = text.replace(/\r$/, '');
    if (insideKey && KEY_LINE.test(line)) return REDACTED;
    const afterEnd = insideKey && KEY_END.test(line);
    const begins = line.search(KEY_BEGIN);
    insideKey = begins !== -1 && !KEY_END.test(line.slice(begins));
    if (afterEnd) return REDACTED;
    const beyond = Math.max(0, line.length - maxCharacters) + dropped;
    const shown = redactor.redactPrefix(line, maxCharacters);
    return beyond === 0 ? shown : `${shown}… (${beyond} more characters)`;
  };
}

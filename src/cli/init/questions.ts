import { createInterface } from 'node:readline/promises';

/** Somebody who can be asked. */
export interface Questions {
  /** The answer; empty where there is none, as at the end of the input. */
  ask(question: string): Promise<string>;
  /** True only for `y` or `yes`. */
  confirm(question: string): Promise<boolean>;
}

/** A person at a terminal; undefined where nobody is, as in a job. */
export function openQuestions(
  json: boolean | undefined,
): Questions | undefined {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  return isTerminal && !json && !process.env['CI']
    ? askThrough(process.stdin, process.stdout)
    : undefined;
}

export function askThrough(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Questions {
  const ask = async (question: string) => {
    const reader = createInterface({ input, output });
    try {
      const ended = new Promise<string>((settle) =>
        reader.once('close', () => settle('')),
      );
      return (await Promise.race([reader.question(question), ended])).trim();
    } finally {
      reader.close();
    }
  };
  return {
    ask,
    confirm: async (question) =>
      /^y(?:es)?$/i.test(await ask(`${question} [y/N] `)),
  };
}

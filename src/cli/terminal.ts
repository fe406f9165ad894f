import type { Ports, StepOutcome } from '../actions/step.ts';
import type { Verdict } from '../model/verdict.ts';
import { disarmLine } from '../redaction/disarm-line.ts';
import { redactOutput, redactVerdict } from '../redaction/redact-json.ts';
import { makeRedactor } from '../redaction/redactor.ts';
import { renderVerdictLines } from '../report/render-verdict-lines.ts';

/**
 * Where a command writes, text for a person or one JSON document, and what it
 * still has to do should that person stop it.
 */
export interface Terminal {
  /** A line for the person; nothing with --json. */
  line(text: string): void;
  /** How far a long work is; only a person at a terminal sees it. */
  progress(text: string): void;
  verdict(verdict: Verdict): void;
  /** The one document of --json; nothing without it. */
  document(value: unknown): void;
  readonly onStop: NonNullable<Ports['onStop']>;
  /** Does what is left to do, the last begun first. */
  stop(): Promise<void>;
}

export function openTerminal(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
  json: boolean,
): Terminal {
  // No secret is known here; credentials are told by their form.
  const redactor = makeRedactor([]);
  const colour = stream.isTTY === true && !process.env['NO_COLOR'];
  const lastWork = new Set<() => Promise<void>>();
  let wiped = true;
  const wipe = () => {
    if (!wiped) stream.write('\r\u001b[2K');
    wiped = true;
  };
  const line = (text: string) => {
    wipe();
    if (!json) stream.write(`${text}\n`);
  };
  return {
    line: (text) => line(disarmLine(redactor.redact(text))),
    progress: (text) => {
      if (json || stream.isTTY !== true) return;
      wipe();
      stream.write(disarmLine(text));
      wiped = false;
    },
    verdict: (verdict) => {
      const safe = redactVerdict(verdict, redactor);
      for (const each of renderVerdictLines(safe, { colour })) line(each);
    },
    document: (value) => {
      if (json)
        stream.write(`${redactOutput(JSON.stringify(value), redactor)}\n`);
    },
    onStop: (work) => {
      lastWork.add(work);
      return () => lastWork.delete(work);
    },
    stop: async () => {
      for (const work of [...lastWork].reverse()) await work();
    },
  };
}

/** A step's outcome as --json shows it: lists as lists, numbers as numbers. */
export function outcomeDocument({ verdict, outputs }: StepOutcome): {
  readonly verdict: Verdict;
  readonly outputs: Readonly<Record<string, unknown>>;
} {
  const read = Object.entries(outputs).map(([name, text]) => [
    name,
    /^(?:\[.*\]|true|false|\d{1,9})$/s.test(text)
      ? (JSON.parse(text) as unknown)
      : text,
  ]);
  return { verdict, outputs: Object.fromEntries(read) };
}

/** From what may stay as it is to what must not. */
export const SEVERITIES = [
  'fine',
  'advice',
  'unknown',
  'missing',
  'dangerous',
] as const;

export type Severity = (typeof SEVERITIES)[number];

/** What one check can find, beside that all is fine or nothing can be seen. */
interface Outcome {
  readonly severity: Exclude<Severity, 'fine' | 'unknown'>;
  readonly means: string;
  /** What to do; `<name>` stands for a value that is known by then. */
  readonly remedy: string;
}

export interface Check {
  /** What is looked at, for the table of the documents. */
  readonly what: string;
  /** What to do where it cannot be seen. */
  readonly unseen: string;
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

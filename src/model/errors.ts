import { REASONS, type ReasonCode } from './reason-codes.ts';

/** Facts that explain a verdict: JSON values, no secrets. */
export type Evidence = Readonly<Record<string, unknown>>;

/**
 * Something that ends a step with a reason code. The frame around each step
 * turns it into a refusing verdict; nothing else catches it.
 */
export class ActionError extends Error {
  readonly code: ReasonCode;
  readonly remedy: string;
  readonly evidence: Evidence;

  constructor(
    code: ReasonCode,
    message: string,
    options: { remedy?: string; evidence?: Evidence; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.remedy = options.remedy ?? REASONS[code].remedy;
    this.evidence = options.evidence ?? {};
  }
}

/** An input that its giver can correct: names input, value, allowed forms. */
export class InputError extends ActionError {
  constructor(input: string, value: string, allowed: string) {
    super(
      'input/malformed',
      `${input}: ${JSON.stringify(value)} is not allowed; give ${allowed}`,
      { evidence: { input, value, allowed } },
    );
  }
}

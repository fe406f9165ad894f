/** What one reason code means to the person who meets it. */
export interface Reason {
  /** Exit status of an action or command that ends with this code (0-9). */
  readonly exit: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  /** What happened, as a sentence. */
  readonly cause: string;
  /** What to do next, as a sentence. Empty only where nothing is to do. */
  readonly remedy: string;
}

/** A table of reason codes that share one word in front. */
export type ReasonTable<Word extends string> = Readonly<
  Record<`${Word}/${string}`, Reason>
>;

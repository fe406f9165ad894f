import { ActionError } from '../model/errors.ts';
import type { ReasonCode } from '../model/reason-codes.ts';
import { bringCommits, type History } from './history.ts';

const GONE = {
  code: 'git/unavailable',
  why: 'is not in the checkout and cannot be fetched',
} as const;

/** Brings commits that are all needed; throws the code for one that is gone. */
export async function requireCommits(
  history: History,
  shas: readonly string[],
  gone: { readonly code: ReasonCode; readonly why: string } = GONE,
): Promise<void> {
  const present = await bringCommits(history, shas);
  const missing = shas.find((sha) => !present.has(sha));
  if (missing === undefined) return;
  throw new ActionError(gone.code, `The commit ${missing} ${gone.why}`);
}

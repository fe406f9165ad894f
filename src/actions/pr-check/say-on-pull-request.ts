import { openForge } from '../../adapters/forge/open-forge.ts';
import { ActionError } from '../../model/errors.ts';
import { oneLine } from '../../report/one-line.ts';
import type { SubjectEvent } from '../../repository/subject-commits.ts';
import { putComment } from '../put-comment.ts';
import type { Ports } from '../step.ts';
import type { CheckInputs } from './inputs.ts';

const MARKER = '<!-- apply-gates:pr-check -->';

/** A comment is a courtesy; nobody waits long for it. */
const LIMITS = { totalMs: 40_000, requestMs: 15_000, attempts: 2 };

/**
 * Tells the pull request what was found, and returns whether it did. A fork's
 * token may only read; what fails changes no decision, since the log has it.
 */
export async function sayOnPullRequest(
  ports: Ports,
  said: {
    readonly inputs: CheckInputs;
    readonly event: Extract<SubjectEvent, { readonly name: 'pull_request' }>;
    readonly text: string;
  },
): Promise<boolean> {
  const { context, clock } = ports;
  const { comment, token, apiUrl } = said.inputs;
  if (!comment || context.flavour === 'local') return false;
  if (said.event.fork) {
    ports.print('No comment: the token of a run for a fork may only read.');
    return false;
  }
  try {
    const forge = await openForge({
      ...{ context, clock, token, apiUrl, limits: LIMITS },
    });
    const { number } = said.event;
    await putComment(forge, number, { marker: MARKER, text: said.text });
    return true;
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    ports.print(
      `No comment (${error.code}): ${oneLine(error.message)} The log has all of it.`,
    );
    return false;
  }
}

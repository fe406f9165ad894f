import type { CommentForge } from '../adapters/forge/forge.ts';
import { ActionError } from '../model/errors.ts';

/** A marker that somebody else planted may be on a comment we cannot edit. */
const MAX_TRIED = 3;

/**
 * Says something on a pull request in the one comment that begins with the
 * marker, and makes that comment where there is none. The marker tells it, not
 * the author: a token of the job has another name on every forge.
 */
export async function putComment(
  forge: CommentForge,
  number: number,
  { marker, text }: { readonly marker: string; readonly text: string },
): Promise<void> {
  const body = `${marker}\n${text}`;
  const present = await forge.listComments(number);
  const own = present.filter((comment) => comment.body.startsWith(marker));
  for (const comment of own.slice(0, MAX_TRIED)) {
    if (comment.body === body) return;
    try {
      await forge.editComment(comment.id, body);
      return;
    } catch (error) {
      if (!isForbidden(error)) throw error;
    }
  }
  await forge.addComment(number, body);
}

function isForbidden(error: unknown): boolean {
  return error instanceof ActionError && error.code === 'approval/forbidden';
}

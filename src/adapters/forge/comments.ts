import type * as z from 'zod';
import type { Comment, CommentForge } from './forge.ts';
import { commentSchema } from './forgejo-schemas.ts';
import { type HttpClient, unavailable } from './http-client.ts';
import { checkBody } from './read-answer.ts';

/** Comments, which are written the same way everywhere and listed otherwise. */
export function openComments(
  client: HttpClient,
  root: string,
  listComments: CommentForge['listComments'],
  schema: z.ZodType<Comment> = commentSchema,
): CommentForge {
  const write = async (
    method: 'POST' | 'PATCH',
    path: string,
    body: string,
  ): Promise<Comment> => {
    const request = { method, path, body: { body } } as const;
    const answer = await client.send(request);
    if (answer.body === undefined) {
      throw unavailable(request, client.api, `it answers ${answer.status}`);
    }
    return checkBody(client, request, schema, answer.body);
  };
  return {
    listComments,
    addComment: (number, body) =>
      write('POST', `${root}/issues/${number}/comments`, body),
    editComment: (id, body) =>
      write('PATCH', `${root}/issues/comments/${id}`, body),
  };
}

import type * as z from 'zod';
import { ActionError } from '../../model/errors.ts';
import { type HttpClient, unavailable } from './http-client.ts';

/** What a GET says, read through a schema; undefined where it is not there. */
export async function readAnswer<Schema extends z.ZodType>(
  client: HttpClient,
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const { status, body } = await client.send({ method: 'GET', path });
  return status === 404 || status === 422
    ? undefined
    : checkBody(client, { method: 'GET', path }, schema, body);
}

/** A body that is not what the forge documents is not believed. */
export function checkBody<Schema extends z.ZodType>(
  { api }: HttpClient,
  request: { readonly method: 'GET' | 'POST' | 'PATCH'; readonly path: string },
  schema: Schema,
  body: unknown,
): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issues = result.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'answer'}: ${issue.message}`);
  throw unavailable(
    request,
    api,
    `not what a forge answers (${issues.join('; ')})`,
  );
}

/**
 * Forges say 404 of a repository that the token may not see. So that nothing
 * found is never the answer to nothing seen, the repository is asked for.
 */
export async function requireVisible(
  client: HttpClient,
  root: string,
): Promise<void> {
  const { status } = await client.send({ method: 'GET', path: root });
  if (status === 200) return;
  throw new ActionError(
    'approval/forbidden',
    `The token cannot see ${client.api}${root}, or there is no such repository`,
  );
}

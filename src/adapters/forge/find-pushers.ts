import * as z from 'zod';
import { unavailable } from './http-client.ts';
import type { ForgeClient } from './open-forge.ts';
import { readAnswer } from './read-answer.ts';
import { readPages, requireAll } from './read-pages.ts';

/** Each of Forgejo's collaborators is one more question. */
const MAX_QUESTIONS = 50;

const accountSchema = z.object({
  login: z.string(),
  permissions: z.object({ push: z.boolean() }).optional(),
});
const permissionSchema = z.object({ permission: z.string() });
const teamSchema = z.object({
  name: z.string(),
  permission: z.string(),
  units_map: z.record(z.string(), z.string()).nullish(),
});

const list = <Schema extends z.ZodType>(schema: Schema) =>
  z.array(schema).transform((items) => ({ items }));

/** Whoever may push to a repository beside its owner, people and teams. */
export async function findPushers(
  forge: ForgeClient,
): Promise<readonly string[]> {
  const { client, flavour, repository } = forge;
  const root = `/repos/${repository}`;
  const path = `${root}/collaborators`;
  const size = flavour === 'github' ? 100 : 50;
  const name = flavour === 'github' ? 'per_page' : 'limit';
  const accounts = requireAll(
    client,
    path,
    await readPages(client, {
      path,
      pageSize: { name, value: size },
      schema: list(accountSchema),
      key: ({ login }) => login,
    }),
  );
  const others = accounts.filter(
    ({ login }) => login !== repository.split('/')[0],
  );
  if (flavour === 'github') {
    return others
      .filter(({ permissions }) => permissions?.push !== false)
      .map(({ login }) => login);
  }
  if (others.length > MAX_QUESTIONS) {
    const what = `${others.length} collaborators are more than are asked about`;
    throw unavailable({ method: 'GET', path }, client.api, what);
  }
  const asked = await Promise.all(
    others.map(async ({ login }) => ({
      login,
      writes: await mayWrite(forge, `${path}/${login}/permission`),
    })),
  );
  return [
    ...asked.filter(({ writes }) => writes).map(({ login }) => login),
    ...(await findTeams(forge, `${root}/teams`)),
  ];
}

async function mayWrite(
  { client }: ForgeClient,
  path: string,
): Promise<boolean> {
  const answer = await readAnswer(client, path, permissionSchema);
  if (answer) return !['none', 'read'].includes(answer.permission);
  throw unavailable({ method: 'GET', path }, client.api, 'it is not there');
}

/** A repository of a person has none, which Forgejo says with 405. */
async function findTeams(
  { client }: ForgeClient,
  path: string,
): Promise<string[]> {
  const { status } = await client.send({ method: 'GET', path });
  if (status === 405) return [];
  const teams = await readAnswer(client, path, z.array(teamSchema));
  if (!teams) {
    throw unavailable({ method: 'GET', path }, client.api, 'it is not there');
  }
  return teams
    .filter(
      ({ permission, units_map }) =>
        ['write', 'admin'].includes(permission) ||
        ['write', 'admin'].includes(units_map?.['repo.code'] ?? ''),
    )
    .map(({ name }) => `the team ${name}`);
}

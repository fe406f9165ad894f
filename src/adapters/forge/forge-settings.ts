import * as z from 'zod';
import type { BoundaryFacts } from '../../doctor/judge-boundary.ts';
import type { ForgeFacts, Told } from '../../doctor/judge-forge.ts';
import { ActionError } from '../../model/errors.ts';
import { findPushers } from './find-pushers.ts';
import { unavailable } from './http-client.ts';
import type { ForgeClient } from './open-forge.ts';
import { readAnswer } from './read-answer.ts';

/** How a repository is set up on its forge, as far as a token may see it. */
export type ForgeSettings = ForgeFacts &
  Pick<BoundaryFacts, 'stored' | 'pushers' | 'environments'>;

export interface SettingsRequest {
  readonly defaultBranch: string;
  readonly stateBranch: string;
  /** Environments that are named by jobs with secrets. */
  readonly environments: readonly string[];
}

const rootSchema = z.object({
  permissions: z.object({ push: z.boolean(), admin: z.boolean() }),
});
const branchSchema = z.object({ protected: z.boolean() });
const secretSchema = z.object({ name: z.string() });
const secretsSchema = z.union([
  z.array(secretSchema),
  z
    .object({ secrets: z.array(secretSchema) })
    .transform((each) => each.secrets),
]);
const environmentSchema = z.object({
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean() })
    .nullable(),
});
const policiesSchema = z.object({
  branch_policies: z.array(z.object({ name: z.string() })),
});

/** Asks for everything at once. What one question is refused, others are not. */
export async function readForgeSettings(
  forge: ForgeClient,
  request: SettingsRequest,
): Promise<ForgeSettings> {
  const { client, flavour, repository } = forge;
  const root = `/repos/${repository}`;
  const get = async <Schema extends z.ZodType>(path: string, schema: Schema) =>
    present(client, path, await readAnswer(client, path, schema));
  const branch = (name: string) =>
    readAnswer(
      client,
      `${root}/branches/${encodeURIComponent(name)}`,
      branchSchema,
    );
  const defaultPath = `${root}/branches/${request.defaultBranch}`;
  const [
    version,
    rights,
    defaultProtected,
    stateProtected,
    stored,
    pushers,
    ...environments
  ] = await Promise.all([
    tell(() => readVersion(forge)),
    tell(async () => (await get(root, rootSchema)).permissions),
    tell(
      async () =>
        present(client, defaultPath, await branch(request.defaultBranch))
          .protected,
    ),
    tell(async () => (await branch(request.stateBranch))?.protected),
    tell(async () => {
      const found = await get(`${root}/actions/secrets`, secretsSchema);
      return found.map(({ name }) => name);
    }),
    tell(() => findPushers(forge)),
    ...request.environments.map(async (name) => {
      const limited = await tell(() => isLimited(forge, name, request));
      return [name, limited] as const;
    }),
  ]);
  return {
    ...{ flavour, api: client.api, version, rights, stored, pushers },
    ...{ defaultProtected, stateProtected },
    environments: new Map(environments),
  };
}

/** What is not there may only be hidden, so it is no answer. */
function present<Value>(
  { api }: ForgeClient['client'],
  path: string,
  value: Value | undefined,
): Value {
  if (value !== undefined) return value;
  const what = 'it is not there, or the token may not see it';
  throw unavailable({ method: 'GET', path }, api, what);
}

async function tell<Value>(ask: () => Promise<Value>): Promise<Told<Value>> {
  try {
    return { kind: 'told', value: await ask() };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { kind: 'untold', why: error.message };
  }
}

/** github.com has none; a server of one's own says it beside other things. */
async function readVersion({
  client,
  flavour,
}: ForgeClient): Promise<string | undefined> {
  if (flavour === 'forgejo') {
    const schema = z.object({ version: z.string() });
    const answer = await readAnswer(client, '/version', schema);
    return present(client, '/version', answer).version;
  }
  const schema = z.object({ installed_version: z.string().optional() });
  return (await readAnswer(client, '/meta', schema))?.installed_version;
}

async function isLimited(
  { client, repository }: ForgeClient,
  name: string,
  { defaultBranch }: SettingsRequest,
): Promise<boolean> {
  const path = `/repos/${repository}/environments/${encodeURIComponent(name)}`;
  const found = await readAnswer(client, path, environmentSchema);
  const { deployment_branch_policy: policy } = present(client, path, found);
  // Which branches are protected is another question, so that is not enough.
  if (policy === null || policy.protected_branches) return false;
  const list = `${path}/deployment-branch-policies`;
  const answer = await readAnswer(client, list, policiesSchema);
  const names = present(client, list, answer).branch_policies;
  return names.length > 0 && names.every((each) => each.name === defaultBranch);
}

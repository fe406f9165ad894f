import { expect, it } from 'vitest';
import type { HostReply } from '../../host/host-session.ts';
import { manifestSchema } from '../../model/manifest.ts';
import { policySchema } from '../../model/policy.ts';
import { planCommand } from './command-plan.ts';

const COMPLETE = {
  status: '0',
  sum: 'a'.repeat(64),
  live: '',
  live_sha: '',
  health: 'unknown',
  flooded: 'no',
};

const policy = policySchema.parse({
  schema: 1,
  hosts: { box: { transport: 'local' } },
}).hosts['box'];

/** What is planned when the host answers with these fields. */
async function planAnswered(
  fields: Readonly<Record<string, string>>,
  commands: readonly string[] = [],
) {
  if (!policy) throw new Error('no host');
  const reply: HostReply = {
    kind: 'answer',
    fields: new Map(
      Object.entries(fields).map(([key, value]) => [key, Buffer.from(value)]),
    ),
  };
  const manifest = manifestSchema.parse({
    schema: 1,
    id: 'm',
    stateful: false,
    host: 'box',
    driver: 'command',
    command: { plan: ['p'], apply: ['a'], health: ['h'] },
  });
  return planCommand({
    createdAt: '2026-11-20T10:00:00Z',
    policy: {
      allow_host_access: {},
      sacred: { paths: [], modules: [], commands: [...commands] },
    },
    host: {
      name: 'box',
      policy,
      commandPath: '/bin',
      redact: (text) => text,
      perform: async () => reply,
      close: async () => {},
    },
    release: {
      module: 'm',
      manifest,
      folder: 'm',
      sha: 'a'.repeat(40),
      tree: 'b'.repeat(64),
      files: async () => [],
    },
  });
}

it('plans from a complete answer', async () => {
  expect(await planAnswered(COMPLETE)).toMatchObject({ kind: 'planned' });
});

it('asks no host where a command of the module is sacred', async () => {
  expect(await planAnswered({}, ['a'])).toMatchObject({
    kind: 'refused',
    refusal: { code: 'plan/sacred', module: 'm' },
  });
});

it.each(['status', 'sum', 'health', 'flooded'])(
  'never reads an answer without %s as in sync',
  async (key) => {
    for (const value of ['', 'x', '-1', '1e1', ' 0']) {
      expect(await planAnswered({ ...COMPLETE, [key]: value })).toMatchObject({
        kind: 'refused',
        refusal: { code: 'host/nonsense' },
      });
    }
  },
);

it.each([
  ['unsupported', 'host/unsupported'],
  ['unwritable', 'host/unwritable'],
  ['truncated', 'plan/host-unreachable'],
  ['host_file_missing', 'plan/host-file-missing'],
  ['malformed', 'internal/bug'],
  ['something new', 'internal/bug'],
])('refuses where the host tells of %s', async (problem, code) => {
  expect(await planAnswered({ ...COMPLETE, problem })).toMatchObject({
    kind: 'refused',
    refusal: { code, module: 'm' },
  });
});

it('prints commands that make the place of a missing file', async () => {
  const result = await planAnswered({
    problem: 'host_file_missing',
    detail: "file .env\nfolder it's data\n",
  });
  if (result.kind !== 'refused') throw new Error('planned');
  expect(result.refusal.remedy).toContain(
    "install -d -m 700 /opt/apply-gates/m/shared && touch /opt/apply-gates/m/shared/.env && install -d -m 700 /opt/apply-gates/m/shared '/opt/apply-gates/m/shared/it'\\''s data'",
  );
});

import * as z from 'zod';
import type { DocumentResult } from './document-problem.ts';
import { durationSchema } from './duration.ts';
import { hostSchema, modeSchema } from './host-settings.ts';
import {
  containedPathSchema,
  globSchema,
  hostPathSchema,
  moduleIdSchema,
  shaSchema,
} from './identifiers.ts';
import { LEASE_MS } from './lease.ts';
import { parseYaml } from './yaml.ts';

const stateSchema = z.strictObject({
  branch: z
    .string()
    .regex(
      /^(?!.*\.\.)(?!.*(?:\.lock|\.)$)[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
      'must be a plain branch name',
    )
    .default('platform-state')
    .describe('Orphan branch with the observed state.'),
  lease: durationSchema
    .refine((each) => each <= LEASE_MS, 'must be at most 15m')
    .prefault('15m')
    .describe(
      'How long a lane holds a host without a sign of life; at most 15m.',
    ),
});

const approvalSchema = z.strictObject({
  since: shaSchema.optional().meta({
    description:
      'Commits up to this one need no approval. Left out: the commit that first had the policy.',
    examples: ['0123456789abcdef0123456789abcdef01234567'],
  }),
  min_approvals: z
    .int()
    .min(0)
    .max(20)
    .default(0)
    .describe(
      'Approvals that a merged head needs; with 0 the merge by a person is the approval.',
    ),
  allow_self_approval: z
    .boolean()
    .default(false)
    .describe('Whether author and last pusher count among them.'),
  not_counted: z
    .array(z.string().min(1).max(100))
    .default([])
    .meta({
      description:
        'Accounts that are never people, `*` is special; bots never count.',
      examples: [['agent-*']],
    }),
  require_checks: z
    .array(z.string().min(1).max(200))
    .default([])
    .meta({
      description: 'Names of checks that must be green on the merged head.',
      examples: [['ci / test (pull_request)']],
    }),
});

const statefulSchema = z.strictObject({
  backup_root: hostPathSchema.optional().meta({
    description:
      'Where backups of stateful modules are. Left out: `<runtime_root>/backups`.',
    examples: ['/srv/backups'],
  }),
  max_age: durationSchema
    .prefault('24h')
    .describe('Oldest backup that can arm a stateful module.'),
  require_receipt: z
    .boolean()
    .optional()
    .describe(
      'Whether the backup that arms a module is checked on its host by its receipt; else only its name is. Left out: `true` where the mode is `apply`.',
    ),
});

const limitsSchema = z.strictObject({
  max_modules: z
    .int()
    .min(1)
    .default(10)
    .describe('More modules in one push are refused.'),
  max_deleted_files: z
    .int()
    .min(0)
    .default(200)
    .describe('More deleted files in one push are refused.'),
  max_changed_files: z
    .int()
    .min(1)
    .default(20_000)
    .describe('More changed files in one push are refused.'),
  max_changed_lines: z
    .int()
    .min(1)
    .default(300)
    .describe('More changed lines are only warned of.'),
});

const sacredSchema = z.strictObject({
  paths: z
    .array(hostPathSchema)
    .default([])
    .meta({
      description: 'Paths of hosts that are never mounted or changed.',
      examples: [['/srv/photos']],
    }),
  modules: z
    .array(moduleIdSchema)
    .default([])
    .meta({
      description: 'Modules that are never changed.',
      examples: [['ledger']],
    }),
  commands: z
    .array(z.string().min(1).max(200))
    .default(['down -v', 'volume rm', 'system prune'])
    .describe(
      'What no command of a module may hold, nor a tracked script that it names, as whole words.',
    ),
});

/**
 * What a module may have of its host: words, words with a name, and paths with
 * all that is below them. `/` is no path here, so nothing can accept all of it.
 */
const hostAccessSchema = z.union([
  z.enum([
    'docker-socket',
    'privileged',
    'host-pid',
    'host-net',
    'host-ipc',
    'host-uts',
    'host-userns',
    'host-cgroup',
    'gpus',
  ]),
  z
    .string()
    .regex(
      /^(?:cap:[A-Z_]{2,40}|(?:security-opt|runtime|volume-driver):[\x21-\x7e]{1,200})$/,
      'must be docker-socket, privileged, host-pid, host-net, host-ipc, host-uts, host-userns, host-cgroup, gpus, cap:<NAME>, security-opt:<option>, runtime:<name>, volume-driver:<name> or an absolute path',
    ),
  hostPathSchema,
]);

/** `.platform/gates.yaml`. Durations are milliseconds once read. */
export const policySchema = z
  .strictObject({
    schema: z.literal(1).describe('Version of this format.'),
    hosts: z
      .record(moduleIdSchema, hostSchema)
      .refine(
        (hosts) => Object.keys(hosts).length > 0,
        'must name at least one host',
      )
      .meta({
        description: 'The hosts, by a name of yours.',
        minProperties: 1,
        examples: [
          {
            web1: {
              transport: 'ssh',
              address: 'web1.example.org',
              user: 'deploy',
            },
          },
        ],
      }),
    mode: modeSchema
      .default('observe')
      .describe(
        '`observe`: every gate and the plan, no change. `apply`: what passes is applied.',
      ),
    modules_dir: containedPathSchema
      .default('modules')
      .describe('Folder of the modules.'),
    state: stateSchema
      .prefault({})
      .describe('What is kept on the state branch.'),
    approval: approvalSchema
      .prefault({})
      .describe('Whose approval a merged commit needs.'),
    stateful: statefulSchema
      .prefault({})
      .describe('What it takes to apply a stateful module by hand.'),
    limits: limitsSchema.prefault({}).describe('How much one push may change.'),
    ignore: z
      .array(globSchema)
      .max(1000)
      .default([])
      .meta({
        description: 'Globs of paths that belong to no module and need none.',
        examples: [['README.md', 'docs/**']],
      }),
    shared: z
      .record(
        globSchema,
        z.array(z.union([z.literal('*'), moduleIdSchema])).min(1),
      )
      .default({})
      .meta({
        description:
          'Globs of paths that belong to several modules, each with their ids; `["*"]` for all.',
        examples: [{ 'lib/**': ['*'] }],
      }),
    control: z
      .array(globSchema)
      .max(100)
      .default(['.forgejo/**', '.github/**', '.platform/**'])
      .describe(
        'Globs; a push that changes these never auto-applies. The policy itself always counts.',
      ),
    sacred: sacredSchema
      .prefault({})
      .describe('What is never changed, mounted or run.'),
    allow_host_access: z
      .record(moduleIdSchema, z.array(hostAccessSchema))
      .default({})
      .meta({
        description: 'What of its host a compose module may have.',
        examples: [{ media: ['/srv/media', 'gpus'] }],
      }),
  })
  .readonly();

export type Policy = z.output<typeof policySchema>;
export type HostPolicy = Policy['hosts'][string];

/** Reads a policy document. */
export function parsePolicy(
  file: string,
  text: string,
): DocumentResult<Policy> {
  return parseYaml(file, text, policySchema);
}

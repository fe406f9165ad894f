import * as z from 'zod';
import type { DocumentResult } from './document-problem.ts';
import { durationSchema } from './duration.ts';
import {
  containedPathSchema,
  globSchema,
  hostPathSchema,
  moduleIdSchema,
  shaSchema,
} from './identifiers.ts';
import { LEASE_MS } from './lease.ts';
import { parseYaml } from './yaml.ts';

const modeSchema = z.enum(['observe', 'apply']);

const hostSchema = z
  .strictObject({
    transport: z.enum(['ssh', 'tailscale', 'local']),
    address: z
      .string()
      .regex(
        /^(?:[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?|::[0-9A-Fa-f:.]{0,40})$/,
        'must be a host name or an IP address',
      )
      .optional(),
    port: z.int().min(1).max(65_535).default(22),
    user: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, 'must be a plain user name')
      .optional(),
    known_hosts: containedPathSchema.default('.platform/known_hosts'),
    runtime_root: hostPathSchema.default('/opt/apply-gates'),
    identity_file: z
      .string()
      .regex(/^[^\0\n\r]+$/)
      .optional(),
    mode: modeSchema.optional(),
  })
  .superRefine((host, context) => {
    if (host.transport === 'local') return;
    for (const key of ['address', 'user'] as const) {
      if (!host[key]) {
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `is required with transport: ${host.transport}`,
        });
      }
    }
  });

const approvalSchema = z.strictObject({
  since: shaSchema.optional(),
  min_approvals: z.int().min(0).max(20).default(0),
  allow_self_approval: z.boolean().default(false),
  not_counted: z.array(z.string().min(1).max(100)).default([]),
  require_checks: z.array(z.string().min(1).max(200)).default([]),
});

const limitsSchema = z.strictObject({
  max_modules: z.int().min(1).default(10),
  max_deleted_files: z.int().min(0).default(200),
  max_changed_files: z.int().min(1).default(20_000),
  max_changed_lines: z.int().min(1).default(300),
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
    schema: z.literal(1),
    hosts: z
      .record(moduleIdSchema, hostSchema)
      .refine(
        (hosts) => Object.keys(hosts).length > 0,
        'must name at least one host',
      ),
    mode: modeSchema.default('observe'),
    modules_dir: containedPathSchema.default('modules'),
    state: z
      .strictObject({
        branch: z
          .string()
          .regex(
            /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
            'must be a plain branch name',
          )
          .refine(
            (name) => !name.includes('..') && !/(?:\.lock|\.)$/.test(name),
            'must be a valid branch name',
          )
          .default('platform-state'),
        /** How long a lane holds a host without a sign of life. */
        lease: durationSchema
          .refine((each) => each <= LEASE_MS, 'must be at most 15m')
          .prefault('15m'),
      })
      .prefault({}),
    approval: approvalSchema.prefault({}),
    stateful: z
      .strictObject({
        backup_root: hostPathSchema.optional(),
        max_age: durationSchema.default(86_400_000),
        require_receipt: z.boolean().optional(),
      })
      .prefault({}),
    limits: limitsSchema.prefault({}),
    ignore: z.array(globSchema).max(1000).default([]),
    shared: z
      .record(
        globSchema,
        z.array(z.union([z.literal('*'), moduleIdSchema])).min(1),
      )
      .default({}),
    control: z
      .array(globSchema)
      .max(100)
      .default(['.forgejo/**', '.github/**', '.platform/**']),
    sacred: z
      .strictObject({
        paths: z.array(hostPathSchema).default([]),
        modules: z.array(moduleIdSchema).default([]),
        commands: z
          .array(z.string().min(1).max(200))
          .default(['down -v', 'volume rm', 'system prune']),
      })
      .prefault({}),
    allow_host_access: z
      .record(moduleIdSchema, z.array(hostAccessSchema))
      .default({}),
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

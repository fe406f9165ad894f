import * as z from 'zod';
import { containedPathSchema, hostPathSchema } from './identifiers.ts';

/** Whether a lane may change something, in the policy and for each host. */
export const modeSchema = z.enum(['observe', 'apply']);

/** What is needed to reach a host that is not this machine. */
const WAY = ['address', 'user'] as const;

const FOR_EDITORS = {
  if: { properties: { transport: { const: 'local' } } },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  then: {},
  else: { required: WAY },
};

/** One of `hosts` in the policy. */
export const hostSchema = z
  .strictObject({
    transport: z
      .enum(['ssh', 'tailscale', 'local'])
      .describe('How the runner reaches it.'),
    address: z
      .string()
      .regex(
        /^(?:[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?|::[0-9A-Fa-f:.]{0,40})$/,
        'must be a host name or an IP address',
      )
      .optional()
      .meta({
        description: 'Where it is. Required unless `transport: local`.',
        examples: ['web1.example.org'],
      }),
    port: z.int().min(1).max(65_535).default(22).describe('Port of ssh.'),
    user: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, 'must be a plain user name')
      .optional()
      .meta({
        description: 'As whom. Required unless `transport: local`.',
        examples: ['deploy'],
      }),
    known_hosts: containedPathSchema
      .default('.platform/known_hosts')
      .describe(
        'Keys of the host, read from the trusted commit; unknown and changed keys are refused.',
      ),
    runtime_root: hostPathSchema
      .default('/opt/apply-gates')
      .describe('Everything the toolkit keeps on the host.'),
    identity_file: z
      .string()
      .regex(/^[^\0\n\r]+$/, 'must be a path on one line')
      .optional()
      .meta({
        description:
          'Private key on the runner, where no `ssh-key` input is given.',
        examples: ['/etc/apply-gates/id_ed25519'],
      }),
    mode: modeSchema
      .optional()
      .describe('Mode of this host. Left out: that of the policy.'),
  })
  .superRefine((host, context) => {
    if (host.transport === 'local') return;
    for (const key of WAY) {
      if (!host[key]) {
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `is required with transport: ${host.transport}`,
        });
      }
    }
  })
  .meta(FOR_EDITORS);

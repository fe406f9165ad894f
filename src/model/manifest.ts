import * as z from 'zod';
import { backupSchema } from './backup-settings.ts';
import { commandSchema } from './command-settings.ts';
import { composeSchema } from './compose-settings.ts';
import type { DocumentResult } from './document-problem.ts';
import { healthSchema } from './health-settings.ts';
import {
  containedPathSchema,
  globSchema,
  moduleIdSchema,
} from './identifiers.ts';
import { parseYaml } from './yaml.ts';

/** Folders beside those of the modules on a host. */
const HOST_FOLDERS = ['attempts', 'backups'];

const ownIdSchema = moduleIdSchema
  .refine(
    (id) => !HOST_FOLDERS.includes(id),
    'is the name of a folder that the toolkit keeps on each host',
  )
  .meta({ not: { enum: HOST_FOLDERS } });

const manifestObject = z.object({
  schema: z.literal(1).describe('Version of this format.'),
  id: ownIdSchema.meta({
    description: 'The name of the folder, and not `attempts` or `backups`.',
    examples: ['wiki'],
  }),
  stateful: z.boolean({ error: 'must say true or false' }).meta({
    description:
      '`true` is never touched by a push. A module that was stateful at base, or where it was last applied, still is.',
    examples: [true],
  }),
  host: moduleIdSchema.meta({
    description: 'A key of `hosts` in the policy.',
    examples: ['web1'],
  }),
  driver: z
    .enum(['compose', 'command'])
    .describe('What applies it: docker compose, or commands of its own.'),
  compose: composeSchema.optional().meta({
    description: 'With `driver: compose`.',
    examples: [{ file: 'compose.yaml' }],
  }),
  command: commandSchema.optional().meta({
    description: 'Required with `driver: command`.',
    examples: [
      { plan: ['./plan.sh'], apply: ['./apply.sh'], health: ['./health.sh'] },
    ],
  }),
  host_files: z
    .array(containedPathSchema)
    .default([])
    .meta({
      description:
        'Files that live on the host under `<runtime_root>/<id>/shared`, linked into each release; must be there.',
      examples: [['.env']],
    }),
  host_dirs: z
    .array(containedPathSchema)
    .default([])
    .meta({
      description: 'Folders that live on the host, like `host_files`.',
      examples: [['data']],
    }),
  paths: z
    .array(globSchema)
    .max(100)
    .default([])
    .meta({
      description:
        'Globs of further paths of the repository that belong to the module.',
      examples: [['compose/apps/**']],
    }),
  depends_on: z
    .array(moduleIdSchema)
    .default([])
    .meta({
      description:
        'Modules that are applied before this one, also across hosts.',
      examples: [['redis']],
    }),
  auto_apply: z.boolean().default(true).describe('`false`: never from a push.'),
  self_hosting: z
    .boolean()
    .default(false)
    .describe(
      '`true`: runs the forge or the runner; never touched by a job of the forge, applied by name from a terminal.',
    ),
  renamed_from: z
    .union([z.literal(''), moduleIdSchema])
    .default('')
    .meta({ description: 'Former id.', examples: ['old-wiki'] }),
  health: healthSchema.prefault({}).meta({
    description: 'When the module counts as healthy.',
    examples: [{ timeout: '60s', http: 'http://127.0.0.1:3000/' }],
  }),
  backup: backupSchema.optional().meta({
    description: 'How the data of the module is backed up on its host.',
    examples: [{ class: 'volume', volumes: ['data'] }],
  }),
});

/** What the checks below say, in the words of JSON Schema, for editors. */
const FOR_EDITORS = {
  additionalProperties: false,
  patternProperties: { '^x-': { description: 'Yours; left alone.' } },
  allOf: [
    {
      if: { properties: { driver: { const: 'command' } } },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      then: {
        required: ['command'],
        properties: { compose: false },
        anyOf: [
          { properties: { command: { required: ['health'] } } },
          {
            required: ['health'],
            properties: { health: { required: ['http'] } },
          },
        ],
      },
      else: { properties: { command: false } },
    },
  ],
};

/** `modules/<id>/module.yaml`. Durations are milliseconds once read. */
export const manifestSchema = manifestObject
  .loose()
  .superRefine(
    (manifest, context) => {
      const known = new Set(Object.keys(manifestObject.shape));
      for (const key of Object.keys(manifest)) {
        if (!known.has(key) && !key.startsWith('x-')) {
          context.addIssue({
            code: 'unrecognized_keys',
            keys: [key],
            input: manifest,
          });
        }
      }
    },
    // Also where other keys are wrong: a key with a slip in it is why.
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )
  .superRefine((manifest, context) => {
    const issue = (path: string[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const { driver, command, compose, health, depends_on, id } = manifest;
    if (driver === 'command' && !command) {
      issue(['command'], 'is required with driver: command');
    }
    if (driver === 'command' && command && !command.health && !health.http) {
      issue(
        ['command', 'health'],
        'is required where health.http is not given',
      );
    }
    if (driver === 'command' && compose) {
      issue(['compose'], 'is not used with driver: command');
    }
    if (driver === 'compose' && command) {
      issue(['command'], 'is not used with driver: compose');
    }
    if (depends_on.includes(id)) {
      issue(['depends_on'], 'names the module itself');
    }
  })
  .meta(FOR_EDITORS);

export type Manifest = z.output<typeof manifestSchema>;

/**
 * Reads a manifest. `folder` is the id that the folder says; a manifest that
 * says another one is refused, since everything is keyed by it.
 */
export function parseManifest(
  file: string,
  text: string,
  folder: string,
): DocumentResult<Manifest> {
  const result = parseYaml(file, text, manifestSchema);
  if (!result.ok || result.value.id === folder) return result;
  return {
    ok: false,
    problems: [
      {
        file,
        line: 1,
        key: 'id',
        message: `must be the folder name ${folder}`,
      },
    ],
  };
}

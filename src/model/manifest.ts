import * as z from 'zod';
import type { DocumentResult } from './document-problem.ts';
import { durationSchema } from './duration.ts';
import {
  containedPathSchema,
  globSchema,
  hostPathSchema,
  moduleIdSchema,
} from './identifiers.ts';
import { parseYaml } from './yaml.ts';

/** `compose.file`: inside the module folder, or from the root with a `/`. */
const composeFileSchema = z
  .string()
  .refine(
    (path) =>
      containedPathSchema.safeParse(path.startsWith('/') ? path.slice(1) : path)
        .success,
    'must be a path inside the module folder, or start with / for the repository root',
  );

const argvSchema = z
  .array(
    z
      .string()
      .max(4096)
      .regex(/^[^\0]*$/),
  )
  .min(1)
  .max(64);

export const serviceSchema = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/);

export const composeSchema = z.strictObject({
  file: composeFileSchema.default('compose.yaml'),
  files: z.array(composeFileSchema).default([]),
  profiles: z.array(serviceSchema).default([]),
  project: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/)
    .optional(),
  services: z.array(serviceSchema).min(1).optional(),
  oneshot: z.array(serviceSchema).default([]),
  project_directory: z.union([z.literal(''), hostPathSchema]).default(''),
});

const commandSchema = z.strictObject({
  plan: argvSchema,
  apply: argvSchema,
  health: argvSchema.optional(),
  stop: argvSchema.optional(),
  drift_exit_codes: z.array(z.int().min(1).max(125)).min(1).default([2]),
  timeout: durationSchema.default(120_000),
});

const healthSchema = z
  .strictObject({
    timeout: durationSchema.default(60_000),
    streak: z.int().min(1).max(100).default(3),
    interval: durationSchema.default(2_000),
    http: z
      .string()
      .regex(
        /^https?:\/\/[A-Za-z0-9.:[\]-]+(?:\/[\x21-\x26\x28-\x5b\x5d-\x7e]*)?$/,
        'must be an http or https address',
      )
      .optional(),
  })
  .refine(
    ({ timeout, streak, interval }) => timeout > (streak - 1) * interval,
    {
      path: ['timeout'],
      message: 'must be longer than the samples take: (streak - 1) x interval',
    },
  );

/** Names of volumes, databases and their users: no shell acts on them. */
const plainNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
    'must be a plain name of letters, digits, ., _ and -',
  );

/** Below a volume or a path that is backed up; tar reads no pattern in it. */
const innerPathSchema = containedPathSchema.regex(
  /^[A-Za-z0-9._/-]+$/,
  'must be a path of letters, digits, ., _ and -',
);

/** How the data of a module is backed up on its host. */
const backupObject = z.strictObject({
  class: z.enum(['files', 'volume', 'sqlite', 'postgres', 'redis', 'forgejo']),
  volumes: z.array(plainNameSchema).default([]),
  paths: z.array(z.union([hostPathSchema, containedPathSchema])).default([]),
  excludes: z.array(globSchema).max(100).default([]),
  quiesce: z.enum(['none', 'pause', 'stop']).optional(),
  service: serviceSchema.optional(),
  database: plainNameSchema.optional(),
  user: plainNameSchema.optional(),
  database_file: innerPathSchema.optional(),
  database_service: serviceSchema.optional(),
  repositories: innerPathSchema.optional(),
  timeout: durationSchema.default(3_600_000),
});

/** Only two parts that have to fit each other are worth a stop unasked. */
const backupSchema = backupObject.transform((backup) => ({
  ...backup,
  quiesce: backup.quiesce ?? (backup.class === 'forgejo' ? 'stop' : 'none'),
}));

export type BackupSettings = z.output<typeof backupSchema>;

/** Folders beside those of the modules on a host. */
const HOST_FOLDERS = new Set(['attempts', 'backups']);

const ownIdSchema = moduleIdSchema.refine(
  (id) => !HOST_FOLDERS.has(id),
  'is the name of a folder that the toolkit keeps on each host',
);

const manifestObject = z.object({
  schema: z.literal(1),
  id: ownIdSchema,
  stateful: z.boolean({ error: 'must say true or false' }),
  host: moduleIdSchema,
  driver: z.enum(['compose', 'command']),
  compose: composeSchema.optional(),
  command: commandSchema.optional(),
  host_files: z.array(containedPathSchema).default([]),
  host_dirs: z.array(containedPathSchema).default([]),
  paths: z.array(globSchema).max(100).default([]),
  depends_on: z.array(moduleIdSchema).default([]),
  auto_apply: z.boolean().default(true),
  self_hosting: z.boolean().default(false),
  renamed_from: z.union([z.literal(''), moduleIdSchema]).default(''),
  health: healthSchema.prefault({}),
  backup: backupSchema.optional(),
});

/** `modules/<id>/module.yaml`. Durations are milliseconds once read. */
export const manifestSchema = manifestObject
  .loose()
  .superRefine((manifest, context) => {
    const known = new Set(Object.keys(manifestObject.shape));
    for (const key of Object.keys(manifest)) {
      if (!known.has(key) && !key.startsWith('x-')) {
        context.addIssue({
          code: 'custom',
          path: [key],
          message: 'is not a known key (own keys begin with x-)',
        });
      }
    }
    if (manifest.driver === 'command') {
      if (!manifest.command) {
        context.addIssue({
          code: 'custom',
          path: ['command'],
          message: 'is required with driver: command',
        });
      } else if (!manifest.command.health && !manifest.health.http) {
        context.addIssue({
          code: 'custom',
          path: ['command', 'health'],
          message: 'is required where health.http is not given',
        });
      }
    }
    for (const [key, other] of [
      ['compose', 'command'],
      ['command', 'compose'],
    ] as const) {
      if (manifest.driver === other && manifest[key]) {
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `is not used with driver: ${other}`,
        });
      }
    }
    if (manifest.depends_on.includes(manifest.id)) {
      context.addIssue({
        code: 'custom',
        path: ['depends_on'],
        message: 'names the module itself',
      });
    }
  });

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

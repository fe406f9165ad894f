import * as z from 'zod';
import { serviceSchema } from './compose-settings.ts';
import { durationSchema } from './duration.ts';
import {
  containedPathSchema,
  globSchema,
  hostPathSchema,
} from './identifiers.ts';

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

const backupObject = z.strictObject({
  class: z
    .enum(['files', 'volume', 'sqlite', 'postgres', 'redis', 'forgejo'])
    .describe('What kind of data it is, and so what reads and checks it.'),
  volumes: z
    .array(plainNameSchema)
    .default([])
    .meta({
      description:
        'Classes `volume` and `forgejo`. Empty: every named volume that the module mounts.',
      examples: [['data']],
    }),
  paths: z
    .array(z.union([hostPathSchema, containedPathSchema]))
    .default([])
    .meta({
      description:
        'Classes `files` and `forgejo`: below `shared`, or absolute. Empty: `host_files` and `host_dirs`. Class `sqlite`: the one file.',
      examples: [['data']],
    }),
  excludes: z
    .array(globSchema)
    .max(100)
    .default([])
    .meta({
      description:
        'Globs below each volume or path that are left out; `*` goes across folders.',
      examples: [['cache/**']],
    }),
  quiesce: z
    .enum(['none', 'pause', 'stop'])
    .optional()
    .describe(
      'Whether the service stands still meanwhile. Left out: `stop` for class `forgejo`, else `none`.',
    ),
  service: serviceSchema.optional().meta({
    description:
      'Which service has the data; needed where the module has several.',
    examples: ['db'],
  }),
  database: plainNameSchema.optional().meta({
    description:
      'Classes `postgres` and `forgejo`. Left out: what the container was made for.',
    examples: ['app'],
  }),
  user: plainNameSchema.optional().meta({
    description: 'User of that database.',
    examples: ['app'],
  }),
  database_file: innerPathSchema.optional().meta({
    description:
      'Class `forgejo` with SQLite: the file, below one of `paths` or `volumes`.',
    examples: ['gitea/gitea.db'],
  }),
  database_service: serviceSchema.optional().meta({
    description:
      'Class `forgejo` with PostgreSQL: the service of the same compose project.',
    examples: ['db'],
  }),
  repositories: innerPathSchema.optional().meta({
    description:
      'Class `forgejo`: folder of the repositories below one of `paths` or `volumes`. Left out: `repositories` in `git`.',
    examples: ['gitea/repositories'],
  }),
  timeout: durationSchema
    .prefault('1h')
    .describe('How long a backup may take.'),
});

/**
 * How the data of a module is backed up on its host. Only two parts that have
 * to fit each other are worth a stop unasked.
 */
export const backupSchema = backupObject.transform((backup) => ({
  ...backup,
  quiesce: backup.quiesce ?? (backup.class === 'forgejo' ? 'stop' : 'none'),
}));

export type BackupSettings = z.output<typeof backupSchema>;

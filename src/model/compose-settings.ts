import * as z from 'zod';
import { hostPathSchema, rootedPathSchema } from './identifiers.ts';

export const serviceSchema = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/,
    'must be a name of letters, digits, ., _ and -',
  );

/** `compose` of a manifest. */
export const composeSchema = z.strictObject({
  file: rootedPathSchema
    .default('compose.yaml')
    .describe(
      'In the folder of the module; a leading `/` is the root of the repository.',
    ),
  files: z
    .array(rootedPathSchema)
    .default([])
    .meta({
      description:
        'Further files, in order; one that is not listed is not read.',
      examples: [['compose.host.yaml']],
    }),
  profiles: z
    .array(serviceSchema)
    .default([])
    .meta({ description: 'Profiles that are active.', examples: [['web']] }),
  project: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]{0,62}$/,
      'must be a name of lower-case letters, digits, _ and -',
    )
    .optional()
    .meta({
      description:
        'Name of the compose project. Left out: the id; `name:` in a compose file does not count.',
      examples: ['apps'],
    }),
  services: z
    .array(serviceSchema)
    .min(1)
    .optional()
    .meta({
      description:
        'Services of this module. Left out: all. Required where several modules share a project.',
      examples: [['web']],
    }),
  oneshot: z
    .array(serviceSchema)
    .default([])
    .meta({
      description: 'Services that are meant to end with status 0.',
      examples: [['migrate']],
    }),
  project_directory: z
    .union([z.literal(''), hostPathSchema])
    .default('')
    .meta({
      description:
        'Where the project lived before it was taken over; becomes a link to the live release.',
      examples: ['/srv/wiki'],
    }),
});

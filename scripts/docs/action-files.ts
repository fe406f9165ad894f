import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const portSchema = z.looseObject({
  description: z.string(),
  default: z.string().optional(),
});

const actionFileSchema = z.looseObject({
  name: z.string(),
  description: z.string(),
  inputs: z.record(z.string(), portSchema).default({}),
  outputs: z.record(z.string(), portSchema).default({}),
  runs: z.looseObject({ using: z.string() }),
});

/** What one action.yml declares; `folder` is relative to the repository. */
export type ActionFile = z.output<typeof actionFileSchema> & {
  readonly id: string;
  readonly folder: string;
};

/** Every action of the repository, sorted by name. */
export function readActionFiles(root: string): ActionFile[] {
  return readdirSync(join(root, 'actions'))
    .sort()
    .map((id) => readActionFile(root, id, `actions/${id}`));
}

export function readActionFile(
  root: string,
  id: string,
  folder: string,
): ActionFile {
  const text = readFileSync(join(root, folder, 'action.yml'), 'utf8');
  return { ...actionFileSchema.parse(parse(text)), id, folder };
}

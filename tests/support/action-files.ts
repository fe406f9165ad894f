import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { readRepositoryFile, repositoryRoot } from './repository-files.ts';

const actionSchema = z.looseObject({
  inputs: z
    .record(
      z.string(),
      z.looseObject({ default: z.coerce.string().optional() }),
    )
    .default({}),
  runs: z.discriminatedUnion('using', [
    z.looseObject({ using: z.literal('node24'), main: z.string() }),
    z.looseObject({
      using: z.literal('composite'),
      steps: z.array(
        z.looseObject({
          uses: z.string(),
          with: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
    }),
  ]),
});

export type ActionFile = z.output<typeof actionSchema>;

/** Folder of this repository that a `uses:` of a workflow names. */
export function actionFolder(uses: string): string {
  const folder =
    /^(?:https:\/\/[^/@]+\/)?[^/@]+\/[^/@]+(?:\/([^@]+))?@[0-9a-f]{40}$/.exec(
      uses,
    );
  if (!folder) throw new Error(`${uses} is not pinned to a commit`);
  return folder[1] ?? '.';
}

export function readActionFile(folder: string): ActionFile {
  const path = normalize(join(folder, 'action.yml'));
  return actionSchema.parse(parse(readRepositoryFile(path)));
}

/** The bundle that an action runs; built ones are committed. */
export function bundlePath(folder: string, main: string): string {
  const path = join(repositoryRoot, folder, main);
  if (!existsSync(path)) {
    throw new Error(`${path} is missing: npm run build`);
  }
  return path;
}

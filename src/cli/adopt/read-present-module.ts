import { posix } from 'node:path';
import { parse } from 'yaml';
import type { PresentModule } from '../../drivers/compose/adopt/present-module.ts';
import { parseManifest } from '../../model/manifest.ts';
import { manifestPath } from '../../repository/module-folders.ts';
import type { AdminRun } from '../admin-run.ts';
import { readPlainFile } from '../init/plain-file.ts';

/** The module of that id; undefined where the work tree has no valid one. */
export async function readPresentModule(
  { run, subject }: AdminRun,
  id: string,
): Promise<PresentModule | undefined> {
  const { modules_dir } = subject.policy;
  const file = manifestPath(modules_dir, id);
  const text = readPlainFile(run.repo, file)?.toString('utf8');
  const parsed = text === undefined ? undefined : parseManifest(file, text, id);
  if (!text || !parsed?.ok || parsed.value.driver !== 'compose') {
    return undefined;
  }
  const name = parsed.value.compose?.file ?? 'compose.yaml';
  const path = name.startsWith('/')
    ? name.slice(1)
    : posix.join(modules_dir, id, name);
  const folder = path.includes('/') ? posix.dirname(path) : '';
  const listed = await subject.repository.output([
    ...['ls-tree', '-r', '-z', '--name-only', '--full-tree', 'HEAD'],
  ]);
  const tracked = listed.toString('utf8').split('\0');
  return {
    keys: parse(text) as Record<string, unknown>,
    folder,
    tracks: (inner) => {
      const at = posix.join(folder, inner);
      return tracked.some((each) => each === at || each.startsWith(`${at}/`));
    },
  };
}

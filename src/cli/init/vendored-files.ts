import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sumOf } from '../../init/workflow-file.ts';
import type { Toolkit } from './toolkit.ts';

/** The list of the copy's files, as sha256sum writes and checks it. */
export const SUMS_FILE = 'SHA256SUMS';

/** All that the actions and the command line need: path -> content. */
export function readVendoredFiles(toolkit: Toolkit): Map<string, Buffer> {
  const { root, version } = toolkit;
  const files = new Map<string, Buffer>();
  const take = (path: string) =>
    files.set(path, readFileSync(join(root, path)));
  for (const path of ['LICENSE', 'action.yml']) take(path);
  for (const name of readdirSync(join(root, 'actions')).sort()) {
    take(`actions/${name}/action.yml`);
  }
  for (const path of listFiles(root, 'workflows')) take(path);
  for (const path of listFiles(root, 'dist')) take(path);
  // Says that the bundles are modules; with dependencies it would be read by
  // whoever updates those.
  const about = { name: 'apply-gates', version, private: true, type: 'module' };
  files.set('package.json', Buffer.from(`${JSON.stringify(about, null, 2)}\n`));
  const sums = [...files].map(
    ([path, content]) => `${sumOf(content)}  ${path}`,
  );
  return files.set(SUMS_FILE, Buffer.from(`${sums.sort().join('\n')}\n`));
}

/** Path -> sum, of the list that an earlier copy brought. */
export function parseSums(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, sum, path] = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line) ?? [];
      const isInside = path !== undefined && !path.split('/').includes('..');
      return isInside && sum !== undefined && !path.startsWith('/')
        ? [[path, sum] as const]
        : [];
    }),
  );
}

function listFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return listFiles(root, path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

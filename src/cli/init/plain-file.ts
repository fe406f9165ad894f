import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ActionError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';

/**
 * The content of a file of the work tree; undefined where there is none. What
 * is a link, or lies behind one, is refused: it would be written elsewhere.
 */
export function readPlainFile(root: string, path: string): Buffer | undefined {
  const segments = path.split('/');
  for (let length = 1; length <= segments.length; length += 1) {
    const part = segments.slice(0, length).join('/');
    const stat = lstatSync(join(root, part), { throwIfNoEntry: false });
    if (!stat) return undefined;
    const isLast = length === segments.length;
    if (isLast ? stat.isFile() : stat.isDirectory()) continue;
    const what = stat.isSymbolicLink() ? 'a link' : 'in the way';
    throw new ActionError(
      'draft/symlinked-target',
      printable(`${JSON.stringify(path)}: ${JSON.stringify(part)} is ${what}`),
    );
  }
  return readFileSync(join(root, path));
}

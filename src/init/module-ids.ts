import { isModuleId } from '../model/identifiers.ts';

const LONGEST_ID = 63;

/** Folders that the toolkit keeps on each host. */
const TAKEN = ['attempts', 'backups'];

/** An app that needs a name, by the folders it lies in. */
export interface Nameless {
  /** Key of the result. */
  readonly file: string;
  /** The id that its folder already has among the modules. */
  readonly fixed: string | undefined;
  /** Folders from the outermost in; never empty. */
  readonly folders: readonly string[];
}

/**
 * Gives each app an id of its own: the name of its folder, made valid; where
 * two would be the same, with the folders above in front, and then with a number.
 */
export function chooseIds(
  apps: readonly Nameless[],
  existing: Iterable<string>,
): ReadonlyMap<string, string> {
  const taken = new Set([...existing, ...TAKEN]);
  const chosen = new Map<string, string>();
  const waiting = apps.filter(({ file, fixed }) => {
    if (fixed === undefined || taken.has(fixed)) return true;
    chosen.set(file, fixed);
    taken.add(fixed);
    return false;
  });
  const deepest = Math.max(1, ...waiting.map(({ folders }) => folders.length));
  let left = waiting;
  for (let depth = 1; depth <= deepest; depth += 1) {
    const counts = new Map<string, number>();
    for (const app of left) {
      const id = idAt(app, depth);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    left = left.filter((app) => {
      const id = idAt(app, depth);
      if (counts.get(id) !== 1 || taken.has(id)) return true;
      chosen.set(app.file, id);
      taken.add(id);
      return false;
    });
  }
  for (const app of left) {
    const id = numbered(idAt(app, deepest), taken);
    chosen.set(app.file, id);
    taken.add(id);
  }
  return chosen;
}

function idAt({ folders }: Nameless, depth: number): string {
  return makeId(folders.slice(-depth).join('-'));
}

/** The closest valid id to a name. */
export function makeId(name: string): string {
  const id = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, LONGEST_ID)
    .replace(/-+$/, '');
  return isModuleId(id) ? id : `app${id === '' ? '' : `-${id}`}`;
}

function numbered(id: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number += 1) {
    const end = `-${number}`;
    const next = `${id.slice(0, LONGEST_ID - end.length)}${end}`;
    if (!taken.has(next)) return next;
  }
}

/** The project that compose makes of a name or a folder, called by hand. */
export function projectNameOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}

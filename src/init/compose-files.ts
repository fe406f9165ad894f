import { posix } from 'node:path';
import { parentOf } from '../drivers/compose/source/release-paths.ts';

/** Compose files of one folder, as `docker compose` alone would find them. */
export interface ComposeFiles {
  /** Repository path of the folder; empty for the root. */
  readonly folder: string;
  readonly file: string;
  /** What compose reads over it unasked. */
  readonly overrides: readonly string[];
}

export interface FoundCompose {
  readonly apps: readonly ComposeFiles[];
  /** Looks like a compose file, and is not what compose reads unasked. */
  readonly others: readonly string[];
}

/** In the order in which compose prefers them. */
const NAMES = ['compose', 'docker-compose'];
const FILES = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
];
const OVERRIDES = NAMES.flatMap((name) => [
  `${name}.override.yml`,
  `${name}.override.yaml`,
]);
const LOOKS_LIKE_ONE = /^(?:docker-)?compose(?:[._-].+)?\.ya?ml$/;

/**
 * Finds what looks like a compose app among the paths of a repository. `named`
 * are files that somebody says are one, whatever they are called.
 */
export function findComposeFiles(
  paths: readonly string[],
  named: readonly string[] = [],
): FoundCompose {
  const folders = new Map<string, Set<string>>();
  for (const path of paths) {
    const name = posix.basename(path);
    if (!LOOKS_LIKE_ONE.test(name)) continue;
    const folder = parentOf(path);
    folders.set(folder, (folders.get(folder) ?? new Set()).add(name));
  }
  const apps = [...folders].flatMap(([folder, names]) => {
    const file = FILES.find((each) => names.has(each));
    if (file === undefined || named.includes(join(folder, file))) return [];
    const override = OVERRIDES.find((each) => names.has(each));
    const overrides = override === undefined ? [] : [join(folder, override)];
    return [{ folder, file: join(folder, file), overrides }];
  });
  const all = [
    ...apps,
    ...named.map((file) => ({ folder: parentOf(file), file, overrides: [] })),
  ].sort((left, right) => (left.file < right.file ? -1 : 1));
  const taken = new Set(
    all.flatMap(({ file, overrides }) => [file, ...overrides]),
  );
  const others = [...folders].flatMap(([folder, names]) =>
    [...names].map((name) => join(folder, name)),
  );
  return { apps: all, others: others.filter((path) => !taken.has(path)) };
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

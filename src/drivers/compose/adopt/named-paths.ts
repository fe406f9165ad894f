import { posix } from 'node:path';
import { bindSource } from '../source/check-source-service.ts';
import { parseSource } from '../source/parse-source.ts';
import { parentOf, resolveInRelease } from '../source/release-paths.ts';
import {
  entriesOf,
  oneOrMany,
  type SourceMap,
  type SourceNode,
  textOf,
} from '../source/source-node.ts';
import type { RunningContainer } from './running-project.ts';

/**
 * What a path of the project's folder is there for: a further compose file, a
 * file of variables, a secret, a config, or something that a service mounts.
 */
export type PathUse = 'part' | 'variables' | 'secret' | 'config' | 'mount';

export interface NamedPath {
  /** Below the folder of the project; empty for the folder itself. */
  readonly path: string;
  readonly use: PathUse;
  readonly writable: boolean;
}

/** The compose files of a project, as far as they were read. */
export interface ProjectSource {
  /** Folder of the project on the host. */
  readonly folder: string;
  /** Those it was started from, below the folder, in their order. */
  readonly files: readonly string[];
  readonly contents: ReadonlyMap<string, Buffer>;
  /** Services that are looked at; undefined = all. */
  readonly services: readonly string[] | undefined;
}

export interface NamedPaths {
  readonly named: readonly NamedPath[];
  /** Profiles of each service that has some. */
  readonly profiles: ReadonlyMap<string, readonly string[]>;
}

interface Place {
  readonly file: string;
  /** What relative paths start from, below the folder. */
  readonly base: string;
}

/**
 * What compose files name of their folder. A path with a variable in it is
 * left out: what runs tells where it led.
 */
export function findNamedPaths(source: ProjectSource): NamedPaths {
  const named: NamedPath[] = [];
  const profiles = new Map<string, readonly string[]>();
  const waiting: Place[] = source.files.map((file) => ({ file, base: '' }));
  const seen = new Set<string>();
  for (let at = waiting.shift(); at; at = waiting.shift()) {
    const key = JSON.stringify(at);
    if (seen.has(key)) continue;
    seen.add(key);
    const content = source.contents.get(at.file);
    const parsed = content === undefined ? undefined : parseSource(content);
    // What cannot be read is the plan's to tell, with file and line.
    for (const document of parsed?.ok ? parsed.documents : []) {
      const found = namedBy(document, at.base, source);
      named.push(...found.named);
      waiting.push(...found.places);
      for (const [name, node] of servicesIn(document)) {
        const own = oneOrMany(entriesOf(node).get('profiles'));
        const names = own.flatMap((each) => textOf(each) ?? []);
        if (names.length > 0) profiles.set(name, names);
      }
    }
  }
  return { named, profiles };
}

/** Collects what one document names. */
class Collector {
  readonly named: NamedPath[] = [];
  readonly places: Place[] = [];
  readonly #base: string;
  readonly #folder: string;

  constructor(base: string, folder: string) {
    this.#base = base;
    this.#folder = folder;
  }

  at(text: string | undefined): string | undefined {
    return locate(text, this.#base, this.#folder);
  }

  locate(node: SourceNode | undefined): string | undefined {
    return this.at(textOf(node));
  }

  tell(node: SourceNode | undefined, use: PathUse): void {
    const path = this.locate(node);
    if (path !== undefined) this.named.push({ path, use, writable: false });
  }

  /** A further compose file, read from its own folder or another one. */
  follow(node: SourceNode | undefined, folder?: string): void {
    const file = this.locate(node);
    if (file === undefined) return;
    this.tell(node, 'part');
    this.places.push({ file, base: folder ?? parentOf(file) });
  }
}

function namedBy(
  document: SourceMap,
  base: string,
  { folder, services }: ProjectSource,
) {
  const found = new Collector(base, folder);
  for (const item of oneOrMany(document.entries.get('include'))) {
    const long = entriesOf(item);
    const start = found.locate(long.get('project_directory'));
    const paths = item.kind === 'map' ? oneOrMany(long.get('path')) : [item];
    for (const path of paths) found.follow(path, start);
    for (const each of oneOrMany(long.get('env_file'))) {
      found.tell(each, 'variables');
    }
  }
  for (const [, node] of entriesOf(document.entries.get('configs'))) {
    found.tell(entriesOf(node).get('file'), 'config');
  }
  for (const [, node] of entriesOf(document.entries.get('secrets'))) {
    found.tell(entriesOf(node).get('file'), 'secret');
  }
  for (const [name, node] of servicesIn(document)) {
    nameOfService(node, found, services?.includes(name) ?? true);
  }
  return found;
}

/** Compose reads the variables of neighbours too; their mounts are theirs. */
function nameOfService(node: SourceNode, found: Collector, isOwn: boolean) {
  const entries = entriesOf(node);
  const read = ['env_file', 'label_file'].map((key) => entries.get(key));
  for (const item of read.flatMap(oneOrMany)) {
    found.tell(
      item.kind === 'map' ? item.entries.get('path') : item,
      'variables',
    );
  }
  found.follow(entriesOf(entries.get('extends')).get('file'));
  for (const item of isOwn ? oneOrMany(entries.get('volumes')) : []) {
    const text = bindSource(item);
    const path = text === undefined ? undefined : found.at(text);
    if (path === undefined) continue;
    found.named.push({ path, use: 'mount', writable: isWritable(item) });
  }
}

function servicesIn(document: SourceMap): readonly [string, SourceNode][] {
  return [...entriesOf(document.entries.get('services'))];
}

/** Of the short form the third part counts. */
function isWritable(item: SourceNode): boolean {
  return item.kind === 'map'
    ? textOf(item.entries.get('read_only')) !== 'true'
    : !/:(?:[^:]*,)?ro(?:,[^:]*)?$/.test(textOf(item) ?? '');
}

/** What containers have mounted of the folder. */
export function findMountedPaths(
  containers: readonly RunningContainer[],
  folder: string,
): readonly NamedPath[] {
  return containers
    .flatMap(({ mounts }) => mounts)
    .filter(({ type }) => type === 'bind')
    .flatMap(({ source, target, writable }) => {
      const path = locate(source, '', folder);
      const use = target.startsWith('/run/secrets/') ? 'secret' : 'mount';
      return path === undefined ? [] : [{ path, use, writable } as const];
    });
}

function locate(
  text: string | undefined,
  base: string,
  folder: string,
): string | undefined {
  if (text === undefined || /[$~]/.test(text)) return undefined;
  if (!text.startsWith('/')) return resolveInRelease(base, text);
  const path = posix.normalize(text).replace(/\/$/, '');
  if (path === folder) return '';
  return path.startsWith(`${folder}/`)
    ? path.slice(folder.length + 1)
    : undefined;
}

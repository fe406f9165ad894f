import { databaseKind } from '../drivers/compose/changes/database-image.ts';
import {
  entriesOf,
  oneOrMany,
  type SourceMap,
  type SourceNode,
  textOf,
} from '../drivers/compose/source/source-node.ts';
import { quoteText } from './quote-text.ts';

/** A path that a compose file mounts or reads, as it is written. */
export interface ComposeReference {
  readonly text: string;
  /** Undefined where a bind does not say which of both it is. */
  readonly isFile: boolean | undefined;
  /** Mounted writable, or secret: the host's, unless git has it already. */
  readonly isHosts: boolean;
}

/** A bind that holds no data if what it mounts is tracked. */
export interface ReadOnlyBind {
  readonly text: string;
  readonly reason: string;
}

/** What the compose files of one app say, all of them taken together. */
export interface ComposeFacts {
  /** `name:`, which is the project where compose is called by hand. */
  readonly name: string | undefined;
  readonly services: readonly string[];
  /** What it may keep data in, or what cannot be seen of it. */
  readonly keeps: readonly string[];
  readonly readOnly: readonly ReadOnlyBind[];
  readonly references: readonly ComposeReference[];
  /** True where it is the forge or its runner. */
  readonly isForge: boolean;
  /** What a plan would refuse, whatever else is done. */
  readonly refused: readonly string[];
}

const FORGES =
  /(?:^|\/)(?:forgejo|gitea|runner|forgejo-runner|act_runner|act-runner|actions-runner|github-runner)(?:[:@]|$)/;

interface Gathered {
  name?: string;
  readonly services: Map<string, { image?: string }>;
  readonly keeps: string[];
  readonly readOnly: ReadOnlyBind[];
  readonly references: ComposeReference[];
  readonly refused: string[];
}

/**
 * Reads what matters of an app. Whatever could outlive a container, or cannot
 * be seen, is told as kept: nothing here is ever taken for stateless by guess.
 */
export function readComposeFacts(
  documents: readonly SourceMap[],
): ComposeFacts {
  const found: Gathered = {
    services: new Map(),
    ...{ keeps: [], readOnly: [], references: [], refused: [] },
  };
  for (const { entries } of documents) {
    const name = textOf(entries.get('name'));
    if (name !== undefined) found.name = name;
    if (oneOrMany(entries.get('include')).length > 0) {
      found.keeps.push('include: brings in what init does not follow');
    }
    for (const volume of entriesOf(entries.get('volumes')).keys()) {
      found.keeps.push(`the volume ${quoteText(volume)}`);
    }
    for (const kind of ['configs', 'secrets']) {
      for (const each of entriesOf(entries.get(kind)).values()) {
        refer(found, entriesOf(each).get('file'), kind === 'secrets');
      }
    }
    for (const [service, node] of entriesOf(entries.get('services'))) {
      readService(found, service, entriesOf(node));
    }
  }
  const images = [...found.services].map(([service, { image }]) =>
    judgeImage(service, image),
  );
  return {
    name: found.name,
    services: [...found.services.keys()],
    keeps: [...new Set([...found.keeps, ...images.flat()])],
    readOnly: found.readOnly,
    references: found.references,
    isForge: [...found.services.values()].some(({ image }) =>
      FORGES.test(image ?? ''),
    ),
    refused: [...new Set(found.refused)],
  };
}

function readService(
  found: Gathered,
  name: string,
  entries: ReadonlyMap<string, SourceNode>,
): void {
  const service = found.services.get(name) ?? {};
  found.services.set(name, service);
  const image = textOf(entries.get('image'));
  if (image !== undefined) service.image = image;
  const shown = quoteText(name);
  if (entries.has('build')) found.refused.push(`${shown} has build:`);
  if (textOf(entriesOf(entries.get('extends')).get('file')) !== undefined) {
    found.keeps.push(`${shown} extends a file that init does not follow`);
  }
  if (entries.has('volumes_from')) {
    found.keeps.push(`${shown} has the volumes of another container`);
  }
  for (const key of ['env_file', 'label_file']) {
    for (const item of oneOrMany(entries.get(key))) {
      refer(found, entriesOf(item).get('path') ?? item, true);
    }
  }
  for (const item of oneOrMany(entries.get('volumes'))) {
    readMount(found, shown, item);
  }
}

/** Either form of a mount; one that is not understood counts as data. */
function readMount(found: Gathered, service: string, item: SourceNode): void {
  const long = entriesOf(item);
  const text = textOf(item);
  const type = textOf(long.get('type'));
  if (type === 'tmpfs' || type === 'image') return;
  const [first = '', ...rest] = (text ?? '').split(':');
  const source =
    text === undefined
      ? (textOf(long.get('source')) ?? '')
      : rest.length > 0
        ? first
        : '';
  const isBind = type === 'bind' || (type === undefined && isPath(source));
  if (!isBind) {
    const what =
      source === ''
        ? 'a volume without a name'
        : `the volume ${quoteText(source)}`;
    found.keeps.push(`${service} has ${what}`);
    return;
  }
  const reason = `${service} mounts ${quoteText(source)}`;
  const isReadOnly =
    textOf(long.get('read_only')) === 'true' ||
    (rest[1] ?? '').split(',').includes('ro');
  const isHosts = !isReadOnly;
  found.references.push({ text: source, isFile: undefined, isHosts });
  if (isReadOnly) found.readOnly.push({ text: source, reason });
  else found.keeps.push(reason);
}

function isPath(source: string): boolean {
  return /^[./~]/.test(source);
}

function refer(
  found: Gathered,
  node: SourceNode | undefined,
  isHosts: boolean,
): void {
  const text = textOf(node);
  if (text === undefined) return;
  found.references.push({ text, isFile: true, isHosts });
}

function judgeImage(service: string, image: string | undefined): string[] {
  const shown = quoteText(service);
  // What a variable stands for in the tag makes no database of it.
  const name = image?.replace(/[:@]\$.*$/, '');
  if (name === undefined || name.includes('$')) {
    return [`nobody can see which image ${shown} has`];
  }
  return databaseKind(name) !== undefined
    ? [`${shown} has ${quoteText(image ?? '')}, which keeps data`]
    : [];
}

/** Variables without a default that some `.env` has to give a value. */
export function needsVariables(text: string): boolean {
  const written = text.replace(/^\s*#.*$/gm, '').replaceAll('$$', '');
  return /\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*(?::?\?[^}]*)?\})/.test(written);
}

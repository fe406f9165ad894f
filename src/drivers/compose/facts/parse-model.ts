import { MalformedFacts } from './malformed-facts.ts';
import type {
  ComposeContent,
  ComposeModel,
  ComposeMount,
  ComposeNetwork,
  ComposeNode,
  ComposeService,
  ComposeText,
  ComposeVolume,
} from './model.ts';
import { parseModelTree } from './model-tree.ts';

type Entries = ReadonlyMap<string, ComposeNode>;

const NONE: Entries = new Map();

/**
 * Reads the structure of a resolved model from its two flattened texts; throws
 * `MalformedFacts` for whatever compose would not have written.
 */
export function parseModel(text: string, shown: string): ComposeModel {
  const root = mapOf(parseModelTree(text, shown));
  const name = textAt(root, 'name');
  if (!name) throw new MalformedFacts('a model without a project name');
  return {
    name,
    services: collect(root, 'services', serviceOf),
    volumes: collect(root, 'volumes', volumeOf),
    networks: collect(root, 'networks', networkOf),
    configs: collect(root, 'configs', contentOf),
    secrets: collect(root, 'secrets', contentOf),
  };
}

function collect<T>(
  root: Entries,
  key: string,
  read: (key: string, entries: Entries) => T,
): ReadonlyMap<string, T> {
  const found = [...mapOf(root.get(key))].map(
    ([name, node]) => [name, read(name, mapOf(node))] as const,
  );
  return new Map(found);
}

function serviceOf(name: string, entries: Entries): ComposeService {
  const sources = (key: string) =>
    itemsOf(entries.get(key)).flatMap(
      (item) => textAt(mapOf(item), 'source')?.value ?? [],
    );
  return {
    name,
    image: textAt(entries, 'image'),
    replicas: replicasOf(entries),
    mounts: [
      ...itemsOf(entries.get('volumes')).map(mountOf),
      ...itemsOf(entries.get('tmpfs')).flatMap(memoryOf),
    ],
    networks: [...mapOf(entries.get('networks')).keys()],
    configs: sources('configs'),
    secrets: sources('secrets'),
    entries,
  };
}

/** As compose reads it: `scale`, else `deploy.replicas`, else one. */
function replicasOf(entries: Entries): number {
  const said = [
    entries.get('scale'),
    mapOf(entries.get('deploy')).get('replicas'),
  ].flatMap((node) =>
    node?.kind === 'scalar' && node.value !== null ? [node.value] : [],
  );
  const replicas = said[0] ?? 1;
  if (typeof replicas !== 'number' || !Number.isSafeInteger(replicas)) {
    throw new MalformedFacts('a number of replicas that is none');
  }
  return replicas;
}

function mountOf(node: ComposeNode): ComposeMount {
  const entries = mapOf(node);
  const type = textAt(entries, 'type');
  const target = textAt(entries, 'target');
  if (!type || !target) throw new MalformedFacts('a mount without its target');
  return {
    type: type.value,
    source: textAt(entries, 'source'),
    target,
    readOnly: flagAt(entries, 'read_only'),
    subpath:
      textAt(mapOf(entries.get('volume')), 'subpath') ??
      textAt(mapOf(entries.get('image')), 'subpath'),
  };
}

/** The short form of a mount of memory: `/tmp:size=64m`. */
function memoryOf(node: ComposeNode): ComposeMount[] {
  if (node.kind !== 'scalar') return [];
  const target = {
    value: String(node.value).replace(/:.*/s, ''),
    shown: node.shown.replace(/:.*/s, ''),
  };
  const rest = { source: undefined, readOnly: false, subpath: undefined };
  return [{ ...rest, type: 'tmpfs', target }];
}

function volumeOf(key: string, entries: Entries): ComposeVolume {
  const options = mapOf(entries.get('driver_opts'));
  return {
    ...networkOf(key, entries),
    type: textAt(options, 'type'),
    device: textAt(options, 'device'),
  };
}

function networkOf(key: string, entries: Entries): ComposeNetwork {
  return {
    key,
    name: textAt(entries, 'name') ?? { value: key, shown: key },
    external: flagAt(entries, 'external'),
    driver: textAt(entries, 'driver'),
  };
}

function contentOf(key: string, entries: Entries): ComposeContent {
  return {
    key,
    name: textAt(entries, 'name') ?? { value: key, shown: key },
    external: flagAt(entries, 'external'),
    file: textAt(entries, 'file'),
    environment: textAt(entries, 'environment'),
    inline: entries.has('content'),
  };
}

/** The entries of a map; none where there is nothing, or null. */
export function mapOf(node: ComposeNode | undefined): Entries {
  if (node === undefined || isNull(node)) return NONE;
  if (node.kind === 'map') return node.entries;
  throw new MalformedFacts('a part of the model that is no map');
}

/** The items of a list; none where there is nothing, or null. */
export function itemsOf(node: ComposeNode | undefined): readonly ComposeNode[] {
  if (node === undefined || isNull(node)) return [];
  if (node.kind === 'list') return node.items;
  throw new MalformedFacts('a part of the model that is no list');
}

/** A text, undefined where there is none or an empty one. */
export function textAt(entries: Entries, key: string): ComposeText | undefined {
  const node = entries.get(key);
  if (node === undefined || isNull(node)) return undefined;
  if (node.kind !== 'scalar' || typeof node.value === 'boolean') {
    throw new MalformedFacts(`a ${key} in the model that is no text`);
  }
  const value = String(node.value);
  return value === '' ? undefined : { value, shown: node.shown };
}

function flagAt(entries: Entries, key: string): boolean {
  const node = entries.get(key);
  if (node === undefined || isNull(node)) return false;
  if (node.kind !== 'scalar' || typeof node.value !== 'boolean') {
    throw new MalformedFacts(`a ${key} in the model that is no yes or no`);
  }
  return node.value;
}

function isNull(node: ComposeNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

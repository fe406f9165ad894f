import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml';
import { printable } from '../../../model/printable.ts';
import type { SourceMap, SourceNode } from './source-node.ts';

/** With every alias written out. */
const MAX_NODES = 100_000;
const MAX_DEPTH = 100;

/** Tags that leave a value what it reads; `!!binary` would not. */
const PLAIN_TAGS: ReadonlySet<string> = new Set([
  '!override',
  ...['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map(
    (name) => `tag:yaml.org,2002:${name}`,
  ),
]);

/** Why a compose file cannot be judged, and where. */
export class UnreadableSource extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/**
 * Turns parsed nodes into what compose would see: aliases written out, merge
 * keys merged, values tagged `!reset` left out. What is written out is
 * counted, so that a few lines cannot stand for millions.
 */
export class SourceReader {
  readonly #lineOf: (offset: number) => number;
  readonly #targets = new Map<Alias, Node>();
  readonly #open = new Set<Node>();
  #nodes = 0;

  constructor(lineOf: (offset: number) => number) {
    this.#lineOf = lineOf;
  }

  unreadable(offset: number, message: string): UnreadableSource {
    return new UnreadableSource(
      Math.max(1, this.#lineOf(offset)),
      printable(message),
    );
  }

  /** Reads the root of one document. */
  readMap(root: YAMLMap): SourceMap {
    this.#bindAliases(root);
    const line = this.#lineAt(root);
    return { kind: 'map', line, entries: this.#entries(root, 0) };
  }

  /** An alias stands for the last anchor of its name before it. */
  #bindAliases(root: YAMLMap): void {
    const anchors = new Map<string, Node>();
    visit(root, {
      Node: (_key, node) => {
        if (isAlias(node)) {
          const target = anchors.get(node.source);
          if (!target) {
            throw this.#problem(
              node,
              `has an alias to nothing: ${node.source}`,
            );
          }
          this.#targets.set(node, target);
        } else if (node.anchor !== undefined) {
          anchors.set(node.anchor, node);
        }
      },
    });
  }

  #read(node: Node, line: number, depth: number): SourceNode {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES || depth > MAX_DEPTH) {
      throw this.#problem(node, 'stands for too much');
    }
    if (isAlias(node)) return this.#readAlias(node, line, depth);
    if (node.tag !== undefined && !PLAIN_TAGS.has(node.tag)) {
      throw this.#problem(node, `has the tag ${node.tag}`);
    }
    if (isMap(node)) {
      return { kind: 'map', line, entries: this.#entries(node, depth) };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => {
        if (!isNode(item))
          throw this.#problem(node, 'has an item that is none');
        return this.#read(item, this.#lineAt(item), depth + 1);
      });
      return { kind: 'list', line, items };
    }
    return { kind: 'scalar', line, text: textOfScalar(node) };
  }

  #readAlias(alias: Alias, line: number, depth: number): SourceNode {
    const target = this.#targets.get(alias);
    if (!target || this.#open.has(target)) {
      throw this.#problem(
        alias,
        `has an alias inside of itself: ${alias.source}`,
      );
    }
    this.#open.add(target);
    const read = this.#read(target, line, depth + 1);
    this.#open.delete(target);
    return read;
  }

  #entries(map: YAMLMap, depth: number): ReadonlyMap<string, SourceNode> {
    const entries = new Map<string, SourceNode>();
    const merged: SourceNode[] = [];
    for (const pair of map.items) {
      const key = this.#keyOf(pair, map);
      const { value } = pair;
      if (isNode(value) && value.tag === '!reset') continue;
      const line = this.#lineAt(isNode(pair.key) ? pair.key : map);
      const node: SourceNode = isNode(value)
        ? this.#read(value, line, depth + 1)
        : { kind: 'scalar', line, text: '' };
      if (key === '<<')
        merged.push(...(node.kind === 'list' ? node.items : [node]));
      else entries.set(key, node);
    }
    for (const node of merged) {
      if (node.kind !== 'map')
        throw this.#problem(map, 'merges what is no mapping');
      for (const [key, each] of node.entries) {
        if (!entries.has(key)) entries.set(key, each);
      }
    }
    return entries;
  }

  #keyOf({ key }: Pair, map: YAMLMap): string {
    if (isScalar(key) && (key.tag === undefined || PLAIN_TAGS.has(key.tag))) {
      return textOfScalar(key);
    }
    throw this.#problem(
      isNode(key) ? key : map,
      'has a key that is not a plain word',
    );
  }

  #problem(node: Node, message: string): UnreadableSource {
    return this.unreadable(node.range?.[0] ?? 0, message);
  }

  #lineAt(node: Node): number {
    return Math.max(1, this.#lineOf(node.range?.[0] ?? 0));
  }
}

/** As it was written: `0x1` and `yes` are nothing else to us. */
function textOfScalar(node: Node): string {
  if (!isScalar(node)) return '';
  if (typeof node.value === 'string') return node.value;
  if (node.value === null || node.value === undefined) return '';
  return node.source ?? String(node.value);
}

/** A part of a compose file as it is written: aliases and merges resolved. */
export type SourceNode = SourceScalar | SourceList | SourceMap;

export interface SourceScalar {
  readonly kind: 'scalar';
  /** 1-based line of the file. */
  readonly line: number;
  /** As text, whatever it would be read as; empty where there is nothing. */
  readonly text: string;
}

export interface SourceList {
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly SourceNode[];
}

/** A map, never an object: keys such as `constructor` are only keys. */
export interface SourceMap {
  readonly kind: 'map';
  readonly line: number;
  readonly entries: ReadonlyMap<string, SourceNode>;
}

const NONE: ReadonlyMap<string, SourceNode> = new Map();

/** The entries of a map; of anything else none. */
export function entriesOf(
  node: SourceNode | undefined,
): ReadonlyMap<string, SourceNode> {
  return node?.kind === 'map' ? node.entries : NONE;
}

/** What a key that takes one value or a list of them was given. */
export function oneOrMany(node: SourceNode | undefined): readonly SourceNode[] {
  if (node === undefined) return [];
  if (node.kind === 'list') return node.items;
  return node.kind === 'scalar' && node.text === '' ? [] : [node];
}

/** The text of a scalar; undefined where it is none, or empty. */
export function textOf(node: SourceNode | undefined): string | undefined {
  return node?.kind === 'scalar' && node.text !== '' ? node.text : undefined;
}

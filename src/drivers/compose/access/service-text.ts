import type {
  ComposeNode,
  ComposeScalar,
  ComposeService,
} from '../facts/model.ts';

/** Every value of a part of the model, however it is nested. */
export function scalarsOf(node: ComposeNode | undefined): ComposeScalar[] {
  if (node === undefined) return [];
  switch (node.kind) {
    case 'scalar':
      return node.value === null || node.value === '' ? [] : [node];
    case 'list':
      return node.items.flatMap(scalarsOf);
    case 'map':
      return [...node.entries.values()].flatMap(scalarsOf);
  }
}

/** A value of a service as text, whatever it is; undefined where it is none. */
export function ownTextAt({ entries }: ComposeService, key: string) {
  return textsOf(entries.get(key))[0];
}

/** Every value of a part of the model as text. */
export function textsOf(node: ComposeNode | undefined) {
  return scalarsOf(node).map(({ value, shown }) => ({
    value: String(value),
    shown,
  }));
}

import { MalformedFacts } from './malformed-facts.ts';
import type { ComposeNode, ComposeScalar } from './model.ts';

/** What stands for a text that cannot be shown. */
export const MASKED = '***';

const MAX_LINES = 200_000;
const MAX_DEPTH = 32;

type Step = string | number;
type Branch = { kind: 'list' | 'map'; children: Map<Step, Branch | Leaf> };
type Leaf = { kind: 'leaf'; node: ComposeNode };

/**
 * Puts a flattened document together again. Each line is a path, a tab and a
 * value, both JSON. `shown` is the same text, line by line, with masks; what a
 * mask made unreadable is shown as a mask, since nothing is decided by it.
 */
export function parseModelTree(text: string, shown: string): ComposeNode {
  const lines = linesOf(text);
  const shownLines = linesOf(shown);
  if (lines.length !== shownLines.length) {
    throw new MalformedFacts('the shown model has other lines than the model');
  }
  if (lines.length > MAX_LINES) throw new MalformedFacts('a model too large');
  const root: Branch = { kind: 'map', children: new Map() };
  for (const [index, line] of lines.entries()) {
    const { path, value } = parseLine(line);
    place(root, path, leafOf(value, shownLines[index] ?? ''));
  }
  return finish(root);
}

/** Lines that each end with a newline. */
export function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new MalformedFacts('a line without its end');
  return lines;
}

function parseLine(line: string): { path: readonly Step[]; value: unknown } {
  const [left = '', right, ...rest] = line.split('\t');
  if (right === undefined || rest.length > 0) {
    throw new MalformedFacts('a line of the model without its two columns');
  }
  const path = parseJson(left);
  if (!Array.isArray(path) || path.length === 0 || path.length > MAX_DEPTH) {
    throw new MalformedFacts('a path of the model that is none');
  }
  return { path: path.map(stepOf), value: parseJson(right) };
}

function stepOf(step: unknown): Step {
  if (typeof step === 'string' && step.length <= 255) return step;
  if (typeof step === 'number' && Number.isInteger(step) && step >= 0) {
    return step;
  }
  throw new MalformedFacts('a path of the model with a step that is none');
}

/** A scalar, or a container that is empty. */
function leafOf(value: unknown, shownLine: string): Leaf {
  if (Array.isArray(value) && value.length === 0) {
    return { kind: 'leaf', node: { kind: 'list', items: [] } };
  }
  if (isScalar(value)) {
    const node = { kind: 'scalar', value, shown: shownOf(shownLine) } as const;
    return { kind: 'leaf', node };
  }
  if (Object.keys(value ?? {}).length === 0) {
    return { kind: 'leaf', node: { kind: 'map', entries: new Map() } };
  }
  throw new MalformedFacts('a value of the model that is not flat');
}

function shownOf(line: string): string {
  const column = line.slice(line.indexOf('\t') + 1);
  try {
    const value: unknown = JSON.parse(column);
    return isScalar(value) ? String(value ?? '') : MASKED;
  } catch {
    return MASKED;
  }
}

function isScalar(value: unknown): value is ComposeScalar['value'] {
  return value === null || typeof value !== 'object';
}

function place(root: Branch, path: readonly Step[], leaf: Leaf): void {
  let branch = root;
  for (const [depth, step] of path.entries()) {
    const isList = typeof step === 'number';
    if (isList !== (branch.kind === 'list')) {
      throw new MalformedFacts('a model that is a list and a map in one');
    }
    const child = branch.children.get(step);
    if (child === undefined && isList && step !== branch.children.size) {
      throw new MalformedFacts('a list of the model with a gap');
    }
    if (depth === path.length - 1) {
      if (child) throw new MalformedFacts('a path of the model twice');
      branch.children.set(step, leaf);
      return;
    }
    if (child?.kind === 'leaf') {
      throw new MalformedFacts('a value of the model with something inside');
    }
    const next: Branch = child ?? {
      kind: typeof path[depth + 1] === 'number' ? 'list' : 'map',
      children: new Map(),
    };
    branch.children.set(step, next);
    branch = next;
  }
}

function finish(part: Branch | Leaf): ComposeNode {
  if (part.kind === 'leaf') return part.node;
  if (part.kind === 'list') {
    return { kind: 'list', items: [...part.children.values()].map(finish) };
  }
  const entries = new Map<string, ComposeNode>();
  for (const [key, child] of part.children) {
    entries.set(String(key), finish(child));
  }
  return { kind: 'map', entries };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new MalformedFacts('a column of the model that is not JSON');
  }
}

/** What keeps a JSON value out of the log. */
export type ValueProblem =
  | 'float'
  | 'lone-surrogate'
  | 'too-deep'
  | 'reserved-name';

export interface ValueInspection {
  readonly problem: ValueProblem | undefined;
  /** True where every object gives its names in the order of RFC 8785. */
  readonly sorted: boolean;
}

const MAX_DEPTH = 32;

/**
 * Looks through a value as `JSON.parse` made it. Numbers must be whole and
 * safe: a float has another text in each language, and another hash with it.
 */
export function inspectValue(value: unknown): ValueInspection {
  const state = { sorted: true };
  const problem = findProblem(value, state, 0);
  return { problem, sorted: state.sorted };
}

function findProblem(
  value: unknown,
  state: { sorted: boolean },
  depth: number,
): ValueProblem | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : 'lone-surrogate';
    case 'number':
      return Number.isSafeInteger(value) ? undefined : 'float';
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return undefined;
  if (depth === MAX_DEPTH) return 'too-deep';
  return Array.isArray(value)
    ? findInList(value, state, depth + 1)
    : findInObject(
        value as Readonly<Record<string, unknown>>,
        state,
        depth + 1,
      );
}

function findInList(
  list: readonly unknown[],
  state: { sorted: boolean },
  depth: number,
): ValueProblem | undefined {
  for (const item of list) {
    const problem = findProblem(item, state, depth);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findInObject(
  object: Readonly<Record<string, unknown>>,
  state: { sorted: boolean },
  depth: number,
): ValueProblem | undefined {
  let before: string | undefined;
  for (const name of Object.keys(object)) {
    if (name === '__proto__') return 'reserved-name';
    if (!name.isWellFormed()) return 'lone-surrogate';
    // JavaScript compares UTF-16 units, as RFC 8785 asks for.
    if (before !== undefined && name <= before) state.sorted = false;
    before = name;
    const problem = findProblem(object[name], state, depth);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

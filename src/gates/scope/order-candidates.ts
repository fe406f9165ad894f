import type { ScopeFacts } from './scope-facts.ts';

export interface CandidateOrder {
  /** The ids, those that others depend on first, else by name. */
  readonly ids: readonly string[];
  /** Dependencies that make no order, in words. */
  readonly problems: readonly string[];
}

/**
 * Puts modules behind those they depend on, also through modules that are not
 * among them. A circle or an unknown dependency orders nothing and is told.
 */
export function orderCandidates(
  ids: readonly string[],
  { dependsOn, known }: Pick<ScopeFacts, 'dependsOn' | 'known'>,
): CandidateOrder {
  const order: string[] = [];
  const problems: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const start of [...ids].sort()) {
    // An own stack: a chain may be longer than that of the language.
    const stack = [start];
    while (stack.length > 0) {
      const id = stack.at(-1) ?? '';
      if (state.has(id)) {
        stack.pop();
        if (state.get(id) === 'open') order.push(id);
        state.set(id, 'done');
        continue;
      }
      state.set(id, 'open');
      for (const dependency of [...(dependsOn.get(id) ?? [])]
        .sort()
        .reverse()) {
        if (!known.has(dependency)) {
          problems.push(
            `${id} depends on ${dependency}, which is no module at head`,
          );
        } else if (state.get(dependency) === 'open') {
          problems.push(
            `depends_on goes round in a circle: ${id} and ${dependency} wait for each other`,
          );
        } else if (!state.has(dependency)) {
          stack.push(dependency);
        }
      }
    }
  }
  const wanted = new Set(ids);
  return { ids: order.filter((id) => wanted.has(id)), problems };
}

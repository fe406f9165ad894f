/** A module and the ids it must come after. */
export interface Dependent {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

export type DependencyOrder =
  | { readonly ok: true; readonly ids: readonly string[] }
  /** These wait for each other, or for one that does. */
  | { readonly ok: false; readonly circle: readonly string[] };

/**
 * Puts modules behind those they depend on; otherwise the order given stays.
 * A dependency that is not among them orders nothing.
 */
export function orderByDependencies(
  modules: readonly Dependent[],
): DependencyOrder {
  const among = new Set(modules.map((module) => module.id));
  const placed = new Set<string>();
  let waiting = [...modules];
  while (waiting.length > 0) {
    const before = placed.size;
    for (const module of waiting) {
      const ready = module.dependsOn.every(
        (id) => placed.has(id) || !among.has(id),
      );
      if (ready) placed.add(module.id);
    }
    if (placed.size === before) {
      return { ok: false, circle: waiting.map((module) => module.id) };
    }
    waiting = waiting.filter((module) => !placed.has(module.id));
  }
  return { ok: true, ids: [...placed] };
}

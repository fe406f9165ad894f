import type { Plan } from '../../model/plan.ts';

/** Names of the services that an apply of a plan acts on, and how. */
export interface ComposeActions {
  /** Brought up as compose sees fit. */
  readonly up: readonly string[];
  /** Made anew although compose sees no difference. */
  readonly recreate: readonly string[];
  readonly remove: readonly string[];
  /** Services whose image is to be pulled. */
  readonly pull: readonly string[];
  /** Keys of what is made on the way; another module may come first. */
  readonly newVolumes: readonly string[];
  readonly newNetworks: readonly string[];
}

/** Reads from a plan what to do; a plan says nothing else to the host. */
export function actionsOf({ changes }: Pick<Plan, 'changes'>): ComposeActions {
  const named = (kind: string, actions: readonly string[]) =>
    changes.flatMap(({ action, resource }) =>
      resource.startsWith(`${kind}/`) && actions.includes(action)
        ? [resource.slice(kind.length + 1)]
        : [],
    );
  return {
    up: named('service', ['create', 'update']),
    recreate: named('service', ['recreate']),
    remove: named('service', ['remove']),
    pull: named('image', ['pull']),
    newVolumes: named('volume', ['create']),
    newNetworks: named('network', ['create']),
  };
}

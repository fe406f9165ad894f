import type { PlanChange } from '../../../model/plan.ts';
import type { ComposeSubject } from '../compose-subject.ts';
import type { StorageFact } from '../facts/fact-lines.ts';
import type { ComposeFacts } from '../facts/facts.ts';
import type { ComposeService, ComposeVolume } from '../facts/model.ts';
import { ownServices, previousOwnServices } from './own-services.ts';
import { isSacredVolume } from './sacred-paths.ts';

type Kind = 'volume' | 'network';

/**
 * Changes of the volumes and networks that the module's own services use. The
 * config hash of a service does not see them.
 */
export function decideStorage(
  facts: ComposeFacts,
  subject: ComposeSubject,
): PlanChange[] {
  const own = ownServices(facts.model, subject);
  const decide = (kind: Kind, keys: ReadonlySet<string>) =>
    [...keys].flatMap((key) => decideOne(kind, key, facts, subject));
  return [
    ...decide('volume', keysOf('volume', own)),
    ...decide('network', keysOf('network', own)),
    ...droppedVolumes(facts, subject),
  ];
}

/** Keys of the volumes or networks that a service uses. */
export function storageKeys(kind: Kind, service: ComposeService): string[] {
  if (kind === 'network') return [...service.networks];
  return service.mounts.flatMap(({ source, type }) =>
    type === 'volume' && source ? [source.value] : [],
  );
}

function keysOf(
  kind: Kind,
  services: readonly ComposeService[],
): ReadonlySet<string> {
  return new Set(services.flatMap((service) => storageKeys(kind, service)));
}

function decideOne(
  kind: Kind,
  key: string,
  facts: ComposeFacts,
  subject: ComposeSubject,
): PlanChange[] {
  const defined = facts.model[`${kind}s`].get(key);
  const fact = facts[`${kind}s`].get(key);
  // What is external is never made or changed from here.
  if (!defined || !fact || defined.external) return [];
  const decision = decide(kind, fact);
  if (!decision) return [];
  const volume = facts.model.volumes.get(key);
  return [
    {
      resource: `${kind}/${key}`,
      ...decision,
      detail: `${decision.detail} (${defined.name.shown})`,
      sacred:
        kind === 'volume' && volume ? isSacredVolume(volume, subject) : false,
    },
  ];
}

function decide(
  kind: Kind,
  { definition, exists }: StorageFact,
): Pick<PlanChange, 'action' | 'destructive' | 'detail'> | undefined {
  if (exists) {
    if (definition !== 'other') return undefined;
    const what =
      kind === 'volume'
        ? 'defined otherwise; the one there stays as it is, since its data would be lost; give it a new name instead'
        : 'defined otherwise; all that is attached to it would be stopped, also of other modules; give it a new name instead';
    return { action: 'update', destructive: true, detail: what };
  }
  if (kind === 'network' || definition === 'new') {
    return { action: 'create', destructive: false, detail: 'not there yet' };
  }
  const gone =
    definition === 'same'
      ? 'gone from the host with its data; a new one is empty'
      : 'renamed or defined otherwise; the new one is empty';
  return { action: 'create', destructive: true, detail: gone };
}

/** Volumes of the model last applied that nothing of the module mounts now. */
function droppedVolumes(
  { model, previous, ...facts }: ComposeFacts,
  subject: ComposeSubject,
): PlanChange[] {
  if (!previous) return [];
  const names = new Set([...model.volumes.values()].map(nameOf));
  const before = previousOwnServices({ model, previous, ...facts });
  return [...keysOf('volume', before)].flatMap((key) => {
    const volume = previous.volumes.get(key);
    if (!volume || volume.external || model.volumes.has(key)) return [];
    // Only the key is another one; it is the same volume.
    if (names.has(nameOf(volume))) return [];
    return [
      {
        resource: `volume/${key}`,
        action: 'remove' as const,
        destructive: true,
        sacred: isSacredVolume(volume, subject),
        detail: `no longer used; it stays on the host (${volume.name.shown})`,
      },
    ];
  });
}

function nameOf({ name }: ComposeVolume): string {
  return name.value;
}

import type { ComposeSubject } from '../compose-subject.ts';
import type { ContainerFact } from '../facts/fact-lines.ts';
import type { ComposeFacts } from '../facts/facts.ts';
import type { ComposeService } from '../facts/model.ts';
import { changedContent } from './mounted-content.ts';

const LOST =
  'the container that it shares the network or processes of was started later';

const APART = 'is cut off from a network that it should be in';

/** A service of the new model, and what the host has of it. */
export interface ServiceSight {
  readonly service: ComposeService;
  /** Its containers, without one-off and half-made ones. */
  readonly containers: readonly ContainerFact[];
  readonly halfMade: boolean;
  /** Keyed hash of its configuration. */
  readonly config: string;
  /** Id of its image, empty where the host does not have it. */
  readonly image: string;
  readonly oneshot: boolean;
}

export function sightOf(
  service: ComposeService,
  facts: ComposeFacts,
  { settings }: ComposeSubject,
): ServiceSight {
  const { name } = service;
  const all = facts.containers.filter(
    (each) => each.service === name && !each.oneoff,
  );
  return {
    service,
    containers: all.filter(({ halfMade }) => !halfMade),
    halfMade: all.some(({ halfMade }) => halfMade),
    config: facts.hashes.get(name) ?? '',
    image: facts.images.get(name) ?? '',
    oneshot: settings.oneshot.includes(name),
  };
}

/** Whether compose sees by itself that a container is not what it should be. */
export function composeSees(sight: ServiceSight, one: ContainerFact): boolean {
  return one.config !== sight.config || one.image !== sight.image;
}

/** Compose can neither start nor unpause what is in such a state. */
export function cannotStart({ state }: ContainerFact): boolean {
  return !['running', 'exited', 'created'].includes(state);
}

/** The image, where what runs is not what the reference stands for. */
export function imageReason(
  sight: ServiceSight,
  facts: ComposeFacts,
): string | undefined {
  const { containers, image, service } = sight;
  const wanted = service.image;
  if (!wanted) return undefined;
  const before = facts.previous?.services.get(service.name)?.image;
  const absent = image === '' ? ' (not on the host)' : '';
  if (containers.length === 0) return `image ${wanted.shown}${absent}`;
  const isReplaced =
    image === '' || containers.some((each) => composeSees(sight, each));
  // Where an apply has ended badly, the model before it is the older one.
  if (before && before.value !== wanted.value && isReplaced) {
    return `image ${before.shown} -> ${wanted.shown}${absent}`;
  }
  if (image === '') return `image ${wanted.shown}${absent}`;
  const ran = containers.find((each) => each.image !== image);
  return (
    ran && `image ${wanted.shown}: ${shortId(ran.image)} -> ${shortId(image)}`
  );
}

/** What of its containers is not as planned; empty where all is. */
export function containerReasons(
  sight: ServiceSight,
  facts: ComposeFacts,
  subject: ComposeSubject,
): string[] {
  const { config, containers, service } = sight;
  const wanted = service.replicas;
  const before = facts.previous?.services.get(service.name)?.image?.value;
  const reconfigured = containers.some((each) => each.config !== config);
  // A new reference changes the hash too, and is told already.
  const told = before !== undefined && before !== service.image?.value;
  const states = containers.flatMap((each) => stateReason(each, sight) ?? []);
  const stale = containers.some(isStale);
  const lost = containers.some((each) => each.lost) ? [LOST] : [];
  const apart = containers.some((each) => each.apart) ? [APART] : [];
  return [
    ...(reconfigured && !told ? ['configuration'] : []),
    ...(containers.length === wanted
      ? []
      : [`replicas ${containers.length} -> ${wanted}`]),
    ...new Set(states),
    ...lost,
    ...apart,
    ...(stale ? [changedContent(service, facts, subject)] : []),
  ];
}

export function isStale({ mounted }: ContainerFact): boolean {
  return mounted === 'other' || mounted === 'unknown';
}

/** Neither is part of compose's own hash; one made anew is in its place. */
export function isCutOff({ apart, lost }: ContainerFact): boolean {
  return apart || lost;
}

function stateReason(
  { exitCode, state }: ContainerFact,
  { oneshot }: ServiceSight,
): string | undefined {
  if (state === 'running') return undefined;
  if (!oneshot) return `is ${state}, not running`;
  if (state !== 'exited') return `is ${state} and has not ended`;
  return exitCode === 0 ? undefined : `exited with status ${exitCode}`;
}

/** As docker prints it; the whole id says no more to anybody. */
function shortId(image: string): string {
  return image.replace('sha256:', '').slice(0, 12);
}

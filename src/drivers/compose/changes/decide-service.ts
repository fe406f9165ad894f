import type { PlanChange } from '../../../model/plan.ts';
import type { ComposeSubject } from '../compose-subject.ts';
import type { ComposeFacts } from '../facts/facts.ts';
import type { ComposeService } from '../facts/model.ts';
import { mayChangeMajor } from './database-image.ts';
import { storageKeys } from './decide-storage.ts';
import { findMovedData } from './mounted-data.ts';
import { findDataElsewhere, findNamelessData } from './running-data.ts';
import { isOrWasSacred } from './sacred-paths.ts';
import {
  cannotStart,
  composeSees,
  containerReasons,
  imageReason,
  isCutOff,
  isStale,
  type ServiceSight,
  sightOf,
} from './service-reasons.ts';

const HALF_MADE = 'left half made by an interrupted compose';
const OTHER_MAJOR =
  'another major version of a database, or one that cannot be told: it may not read the data';

type Decision = Pick<PlanChange, 'action' | 'destructive'> & {
  readonly reasons: readonly string[];
};

/** What an apply would do to one service of the module. */
export function decideService(
  service: ComposeService,
  facts: ComposeFacts,
  subject: ComposeSubject,
  storage: readonly PlanChange[],
): PlanChange[] {
  const sight = sightOf(service, facts, subject);
  const decision =
    service.replicas === 0
      ? decideEnd(sight, facts, subject)
      : decideRunning(sight, facts, subject, storage);
  if (!decision) return [];
  const { reasons, ...decided } = decision;
  const sacred = isOrWasSacred(service, facts, subject);
  const change: PlanChange = {
    resource: `service/${service.name}`,
    ...decided,
    sacred,
    detail: reasons.join('; '),
  };
  const needsImage = sight.image === '' && service.replicas > 0;
  return needsImage && service.image
    ? [change, pullOf(service, sacred)]
    : [change];
}

/**
 * Nothing is to run of it: how it would run is of no interest, except for where
 * its data is. The release after this one is held against this one.
 */
function decideEnd(
  { containers, halfMade, service }: ServiceSight,
  facts: ComposeFacts,
  subject: ComposeSubject,
): Decision | undefined {
  const lost = [
    ...findMovedData(service, facts, subject),
    ...findDataElsewhere(service, facts, subject),
    ...findNamelessData(service, facts),
  ];
  const ends = containers.length > 0 || halfMade;
  if (!ends && lost.length === 0) return undefined;
  const replicas = ends ? [`replicas ${containers.length} -> 0`] : [];
  return {
    action: 'update',
    destructive: lost.length > 0,
    reasons: [...replicas, ...lost],
  };
}

function decideRunning(
  sight: ServiceSight,
  facts: ComposeFacts,
  subject: ComposeSubject,
  storage: readonly PlanChange[],
): Decision | undefined {
  const { halfMade, service } = sight;
  const image = imageReason(sight, facts);
  const otherMajor = image !== undefined && meetsMajor(sight, facts);
  const moved = [
    ...findMovedData(service, facts, subject),
    ...findDataElsewhere(service, facts, subject),
  ];
  const told = [
    ...(image === undefined ? [] : [image]),
    ...(otherMajor ? [OTHER_MAJOR] : []),
    ...moved,
  ];
  const destructive = moved.length > 0 || otherMajor;
  if (sight.containers.length === 0 && !halfMade) {
    return { action: 'create', destructive, reasons: told };
  }
  const renewed = storageReasons(service, storage);
  const reasons = [
    ...(halfMade ? [HALF_MADE] : []),
    ...told,
    ...containerReasons(sight, facts, subject),
    ...renewed,
  ];
  return reasons.length === 0
    ? undefined
    : { action: actionOf(sight, [...moved, ...renewed]), destructive, reasons };
}

/**
 * `up` leaves alone what compose sees no difference in, so what only we see has
 * to be made anew; also where a service has a reason that compose does see, but
 * not in each of its containers. A container that is stopped goes on looking
 * for a network that was made anew.
 */
function actionOf(
  sight: ServiceSight,
  unseen: readonly string[],
): PlanChange['action'] {
  const needsForce = sight.containers.some(
    (each) =>
      !composeSees(sight, each) &&
      (unseen.length > 0 ||
        isStale(each) ||
        isCutOff(each) ||
        cannotStart(each)),
  );
  return needsForce ? 'recreate' : 'update';
}

function meetsMajor(sight: ServiceSight, facts: ComposeFacts): boolean {
  const { containers, halfMade, image, service } = sight;
  const before = facts.previous?.services.get(service.name)?.image?.value;
  const after = service.image?.value ?? '';
  const ran = containers.map((each) => each.image);
  // Nothing is known of it, and nothing is there: it begins now.
  if (before === undefined && ran.length === 0 && !halfMade) return false;
  const same =
    ran.length === 0 ? before === after : ran.every((each) => each === image);
  return mayChangeMajor({ before, after, same });
}

/** Its volumes and networks that would be made anew. */
function storageReasons(
  service: ComposeService,
  storage: readonly PlanChange[],
): string[] {
  const own = new Set([
    ...storageKeys('volume', service).map((key) => `volume/${key}`),
    ...storageKeys('network', service).map((key) => `network/${key}`),
  ]);
  return storage
    .filter(({ resource }) => own.has(resource))
    .map(({ action, resource }) => `${action} of ${resource}`);
}

function pullOf({ image, name }: ComposeService, sacred: boolean): PlanChange {
  return {
    resource: `image/${name}`,
    action: 'pull',
    destructive: false,
    sacred,
    detail: image?.shown ?? '',
  };
}

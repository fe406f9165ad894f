import type { PlanChange } from '../../../model/plan.ts';
import { printable } from '../../../model/printable.ts';
import type { ComposeSubject } from '../compose-subject.ts';
import type { ComposeFacts } from '../facts/facts.ts';
import { withFollowers } from './decide-followers.ts';
import { decideService } from './decide-service.ts';
import { decideStorage } from './decide-storage.ts';
import { ownServices, removedServices } from './own-services.ts';
import { isSacredService } from './sacred-paths.ts';

/** As long as the detail of a change may be. */
const MAX_DETAIL = 2048;

/** All that an apply would change, in the order of a plan; none = in sync. */
export function decideChanges(
  facts: ComposeFacts,
  subject: ComposeSubject,
): PlanChange[] {
  const storage = decideStorage(facts, subject);
  const services = ownServices(facts.model, subject).flatMap((service) =>
    decideService(service, facts, subject, storage),
  );
  const isSacred = subject.policy.sacred.modules.includes(subject.module);
  return [
    ...storage,
    ...withFollowers(services, facts, subject),
    ...decideRemovals(facts, subject),
    ...decideProject(facts),
  ]
    .map((change) => ({
      ...change,
      resource: printable(subject.redact(change.resource)),
      detail: printable(subject.redact(change.detail)).slice(0, MAX_DETAIL),
      sacred: change.sacred || isSacred,
    }))
    .sort((left, right) => (left.resource < right.resource ? -1 : 1));
}

function decideRemovals(
  facts: ComposeFacts,
  subject: ComposeSubject,
): PlanChange[] {
  const { containers, previous } = facts;
  if (!previous) return [];
  return removedServices(facts)
    .filter(({ name }) =>
      containers.some(({ oneoff, service }) => service === name && !oneoff),
    )
    .map((service) => ({
      resource: `service/${service.name}`,
      action: 'remove',
      destructive: true,
      sacred: isSacredService(service, previous, subject),
      detail: 'no longer in the compose files; its volumes stay',
    }));
}

/** Nothing that runs under the old name is seen, or stopped, from the new. */
function decideProject({ model, previous }: ComposeFacts): PlanChange[] {
  if (!previous || previous.name.value === model.name.value) return [];
  return [
    {
      resource: `project/${model.name.value}`,
      action: 'update',
      destructive: true,
      sacred: false,
      detail: `project ${previous.name.shown} -> ${model.name.shown}; what runs as ${previous.name.shown} is left behind`,
    },
  ];
}

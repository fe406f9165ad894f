import type { PlanChange } from '../../../model/plan.ts';
import type { ComposeSubject } from '../compose-subject.ts';
import type { ComposeFacts } from '../facts/facts.ts';
import type { ComposeService } from '../facts/model.ts';
import { ownServices } from './own-services.ts';
import { isOrWasSacred } from './sacred-paths.ts';
import { type ServiceTie, tiesOf } from './service-ties.ts';

/**
 * What has to happen to services because of what happens to others. One that
 * lives in the container of another is left without a network when that one is
 * made anew, and goes on running as if nothing were wrong.
 */
export function withFollowers(
  decided: readonly PlanChange[],
  facts: ComposeFacts,
  subject: ComposeSubject,
): PlanChange[] {
  const changes = new Map(
    decided.map((change) => [change.resource, change] as const),
  );
  const services = ownServices(facts.model, subject).filter(
    ({ name, replicas }) =>
      replicas > 0 &&
      !subject.settings.oneshot.includes(name) &&
      facts.containers.some(
        ({ oneoff, service }) => service === name && !oneoff,
      ),
  );
  // A follower may have followers: at most each service once.
  const waiting = [...changes.keys()];
  const seen = new Set(waiting);
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const service of services) {
      const change = follow(service, next, changes);
      if (!change) continue;
      const { resource } = change;
      changes.set(resource, {
        ...change,
        sacred: isOrWasSacred(service, facts, subject),
      });
      if (!seen.has(resource)) waiting.push(resource);
      seen.add(resource);
    }
  }
  return [...changes.values()];
}

/** The change of a service because of the one of another; often none. */
function follow(
  service: ComposeService,
  leader: string,
  changes: ReadonlyMap<string, PlanChange>,
): PlanChange | undefined {
  const resource = `service/${service.name}`;
  const tie = tiesOf(service).find(({ to }) => `service/${to}` === leader);
  const lead = changes.get(leader);
  if (!tie || !lead || resource === leader) return undefined;
  const before = changes.get(resource);
  if (before?.action === 'create') return undefined;
  // Compose restarts it together with what it makes anew, where it is named.
  if (!tie.joins && (before || lead.action === 'create')) return undefined;
  const reason = told(tie);
  return {
    resource,
    action: tie.joins ? 'recreate' : 'update',
    destructive: before?.destructive ?? false,
    sacred: false,
    detail: before ? `${before.detail}; ${reason}` : reason,
  };
}

function told({ joins, key, to }: ServiceTie): string {
  return joins
    ? `${key} is that of ${to}, which changes`
    : `restarts with ${to} (depends_on), which changes`;
}

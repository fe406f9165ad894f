import { posix } from 'node:path';
import type { ComposeSubject } from '../compose-subject.ts';
import type { MountFact } from '../facts/fact-lines.ts';
import type { ComposeFacts } from '../facts/facts.ts';
import type { ComposeService } from '../facts/model.ts';
import { itemsOf, mapOf, textAt } from '../facts/parse-model.ts';
import { dataOf, type MountView, placeOf } from './mounted-data.ts';

/** The names that an engine gives to volumes without one. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/**
 * The same of a service that nobody applied from here: what runs already tells
 * where its data is. A mount of it that the release has as tracked content is
 * taken for content; one that the release does not have is taken for data. Of
 * one that was applied, no model tells the volumes that its image asks for.
 */
export function findDataElsewhere(
  service: ComposeService,
  facts: ComposeFacts,
  subject: ComposeSubject,
): string[] {
  const contents = contentTargets(service);
  const before = facts.previous?.services.get(service.name);
  const told = new Set(
    before?.mounts.map(({ target }) => placeOf(target.value)),
  );
  const found = facts.mounts.filter(
    (mount) =>
      mount.service === service.name &&
      !contents.has(placeOf(mount.target)) &&
      (!before || (isAnonymous(mount) && !told.has(placeOf(mount.target)))),
  );
  return [
    ...new Set(found.flatMap((each) => judge(each, service, facts, subject))),
  ];
}

/** Data that nothing would find again once its container is gone. */
export function findNamelessData(
  { name }: ComposeService,
  { mounts }: ComposeFacts,
): string[] {
  const found = mounts.filter(
    (mount) => mount.service === name && isAnonymous(mount),
  );
  const targets = new Set(found.map(({ target }) => target));
  return [...targets].map(
    (target) => `the data at ${target} is in a volume without a name`,
  );
}

function isAnonymous({ source, type }: MountFact): boolean {
  return type === 'volume' && ANONYMOUS.test(source);
}

function judge(
  running: MountFact,
  service: ComposeService,
  facts: ComposeFacts,
  subject: ComposeSubject,
): string[] {
  const { host_dirs, host_files } = subject.manifest;
  const now = { model: facts.model, hostNames: [...host_files, ...host_dirs] };
  const same = service.mounts.find(
    ({ target }) => placeOf(target.value) === placeOf(running.target),
  );
  const isNameless = isAnonymous(running);
  const had = isNameless
    ? 'anonymous'
    : running.type === 'volume'
      ? `volume ${running.source}`
      : boundId(running, now, subject);
  if (had === undefined) return [];
  // Compose hands it on to the container that comes after.
  if (!same)
    return isNameless ? [] : ['data that it mounts is not mounted any more'];
  const has = dataOf(same, now, subject)?.id;
  const isContent = has === undefined && same.type === 'bind';
  return isContent || has === had || has?.startsWith(`${had}/`)
    ? []
    : [`the data at ${same.target.shown} is elsewhere where it runs`];
}

function boundId(
  { source, target }: MountFact,
  now: MountView,
  subject: ComposeSubject,
): string | undefined {
  const text = (value: string) => ({ value, shown: value });
  const mount = {
    ...{ type: 'bind', source: text(source), target: text(target) },
    ...{ readOnly: false, subpath: undefined },
  };
  return dataOf(mount, now, subject)?.id;
}

/** Where its configs and secrets are: compose binds these too. */
function contentTargets({ entries }: ComposeService): ReadonlySet<string> {
  const targets = (['configs', 'secrets'] as const).flatMap((kind) =>
    itemsOf(entries.get(kind)).map((item) => {
      const parts = mapOf(item);
      const name = (textAt(parts, 'target') ?? textAt(parts, 'source'))?.value;
      return posix.resolve(
        kind === 'secrets' ? '/run/secrets' : '/',
        name ?? '',
      );
    }),
  );
  return new Set(targets);
}

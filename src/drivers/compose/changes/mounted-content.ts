import type { ComposeSubject } from '../compose-subject.ts';
import type { ComposeFacts } from '../facts/facts.ts';
import type { ComposeService } from '../facts/model.ts';
import { overlap, repositoryPath } from './repository-path.ts';

const MAX_NAMED = 3;

/** Says which files that a service mounts are not what its container has. */
export function changedContent(
  service: ComposeService,
  facts: ComposeFacts,
  subject: ComposeSubject,
): string {
  const places = mountedPlaces(service, facts).flatMap(
    (path) => repositoryPath(path, subject) ?? [],
  );
  const changed = facts.changed.filter((path) =>
    places.some((place) => overlap(`/${path}`, `/${place}`)),
  );
  if (changed.length === 0) return 'mounted content may not be the current one';
  const named = changed.slice(0, MAX_NAMED).join(', ');
  const more = changed.length - MAX_NAMED;
  return `mounted content: ${named}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Host paths of its binds and of the files of its configs and secrets. */
function mountedPlaces(
  service: ComposeService,
  { model }: ComposeFacts,
): string[] {
  const binds = service.mounts.flatMap(({ source, type }) =>
    type === 'bind' && source ? [source.value] : [],
  );
  const contents = [
    ...service.configs.map((key) => model.configs.get(key)),
    ...service.secrets.map((key) => model.secrets.get(key)),
  ];
  return [...binds, ...contents.flatMap((each) => each?.file?.value ?? [])];
}

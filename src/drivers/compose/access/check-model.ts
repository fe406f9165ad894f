import type { Finding } from '../../../model/verdict.ts';
import { ownServices } from '../changes/own-services.ts';
import { repositoryPath } from '../changes/repository-path.ts';
import { isSacredPath } from '../changes/sacred-paths.ts';
import type { ComposeSubject } from '../compose-subject.ts';
import type { ComposeModel, ComposeService } from '../facts/model.ts';
import { openReleasePaths, parentOf } from '../source/release-paths.ts';
import { askedNamespaces } from './asked-namespaces.ts';
import { askedRights } from './asked-rights.ts';
import { type AskedStorage, askedStorage } from './asked-storage.ts';
import { askedUnknown } from './asked-unknown.ts';
import { checkReleasePaths, checkSacred } from './check-mounted-paths.ts';
import { type HostAccess, openHostAccess } from './host-access.ts';
import { type HostAsk, isAccepted, proposal } from './host-ask.ts';
import { askedByPath } from './host-path.ts';
import { serviceFinding } from './service-finding.ts';
import { ownTextAt } from './service-text.ts';

const NO_WORD =
  'Take it out; there is nothing that the policy could accept it by.';

/** A service of the module, with all that it mounts. */
interface Sight {
  readonly service: ComposeService;
  readonly storage: AskedStorage;
}

/**
 * Judges the resolved model of a module's own services: what they would have
 * of the host, and whether the policy knows of it. `tracked` are the paths of
 * the release. Neighbours in the project are judged with their own module.
 */
export function checkModel(
  model: ComposeModel,
  subject: ComposeSubject,
  tracked: Iterable<string>,
): Finding[] {
  const sights = ownServices(model, subject).map((service) => ({
    service,
    storage: askedStorage(service, model),
  }));
  const { folder, manifest, settings } = subject;
  const context = {
    ...{ folder, manifest, base: parentOf(settings.files[0] ?? '') },
    paths: openReleasePaths({ folder, manifest, tracked }),
  };
  return [
    ...sights.flatMap(({ service, storage }) => [
      ...checkSacred(service, storage.paths, { model, subject }),
      ...checkBuild(service, subject),
      ...checkReleasePaths(service, storage.paths, { context, subject }),
    ]),
    ...checkAccess(sights, model, subject),
  ];
}

/** The files were judged; a variable may say so nevertheless. */
function checkBuild(
  service: ComposeService,
  subject: ComposeSubject,
): Finding[] {
  const asked = service.entries.has('build')
    ? 'build:'
    : ownTextAt(service, 'pull_policy')?.value === 'build' &&
      'pull_policy: build';
  return asked
    ? [
        serviceFinding('plan/build-unsupported', subject, {
          service: service.name,
          what: `has ${asked}`,
        }),
      ]
    : [];
}

/** One line of the policy accepts all of it, so each remedy has all of it. */
function checkAccess(
  sights: readonly Sight[],
  model: ComposeModel,
  subject: ComposeSubject,
): Finding[] {
  const access = openHostAccess(subject.module, subject.policy);
  const own = new Set(sights.map(({ service }) => service.name));
  const asked = sights.flatMap(({ service, storage }) =>
    [
      ...askedRights(service, own),
      ...askedNamespaces(service, model, own),
      ...askedUnknown(service),
      ...storage.asks,
      ...storage.paths
        .filter(({ path }) => isOutside(path.value, subject))
        .flatMap(askedByPath),
    ]
      .filter((ask) => !isAccepted(ask, access))
      .map((ask) => ({ service, ask })),
  );
  const words = asked.flatMap(({ ask }) => proposal(ask) ?? []);
  return asked.map(({ service, ask }) =>
    serviceFinding('plan/host-access', subject, {
      service: service.name,
      what: `asks for ${ask.key}: ${ask.shown}`,
      remedy: remedyOf(ask, words, access),
    }),
  );
}

/** What is sacred or in the release is judged as that. */
function isOutside(path: string, subject: ComposeSubject): boolean {
  return (
    repositoryPath(path, subject) === undefined && !isSacredPath(path, subject)
  );
}

function remedyOf(
  ask: HostAsk,
  words: readonly string[],
  access: HostAccess,
): string {
  return proposal(ask) === undefined
    ? (ask.instead ?? NO_WORD)
    : access.remedy(...words);
}

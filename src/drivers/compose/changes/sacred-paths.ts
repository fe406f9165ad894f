import type { ComposeSubject } from '../compose-subject.ts';
import type { ComposeFacts } from '../facts/facts.ts';
import type {
  ComposeModel,
  ComposeService,
  ComposeVolume,
} from '../facts/model.ts';
import { itemsOf, mapOf, textAt } from '../facts/parse-model.ts';
import { overlap, repositoryPath } from './repository-path.ts';

/** Where an engine keeps its volumes, unless it was told otherwise. */
const VOLUMES_FOLDER = '/var/lib/docker/volumes';

/** Whether a service is given something at, in or above a sacred path. */
export function isSacredService(
  service: ComposeService,
  model: ComposeModel,
  subject: ComposeSubject,
): boolean {
  return hostPathsOf(service, model).some((path) =>
    isSacredPath(path, subject),
  );
}

/** Also one that gives up what is sacred has to do with it. */
export function isOrWasSacred(
  service: ComposeService,
  { model, previous }: ComposeFacts,
  subject: ComposeSubject,
): boolean {
  if (isSacredService(service, model, subject)) return true;
  const before = previous?.services.get(service.name);
  return (
    previous !== undefined &&
    before !== undefined &&
    isSacredService(before, previous, subject)
  );
}

/** The same for a volume: its folder, or the device that it stands for. */
export function isSacredVolume(
  volume: ComposeVolume,
  subject: ComposeSubject,
): boolean {
  return volumePaths(volume).some((path) => isSacredPath(path, subject));
}

/** Absolute paths of the host that a service sees something of. */
function hostPathsOf(service: ComposeService, model: ComposeModel): string[] {
  const mounted = service.mounts.flatMap(({ source, type }) => {
    if (!source) return [];
    if (type !== 'volume') return [source.value];
    const volume = model.volumes.get(source.value);
    return volume ? volumePaths(volume) : [];
  });
  const contents = [
    ...service.configs.map((key) => model.configs.get(key)),
    ...service.secrets.map((key) => model.secrets.get(key)),
  ].flatMap((content) => content?.file?.value ?? []);
  const devices = itemsOf(service.entries.get('devices')).flatMap((item) =>
    item.kind === 'map' ? (textAt(mapOf(item), 'source')?.value ?? []) : [],
  );
  return [...mounted, ...contents, ...devices].filter((path) =>
    path.startsWith('/'),
  );
}

function volumePaths({ device, name }: ComposeVolume): string[] {
  const folder = `${VOLUMES_FOLDER}/${name.value}`;
  return device?.value.startsWith('/') ? [folder, device.value] : [folder];
}

/** A path of the release is also one of `shared`, where it may lead. */
export function isSacredPath(path: string, subject: ComposeSubject): boolean {
  const { base, folder, policy } = subject;
  const inRelease = repositoryPath(path, subject);
  const shared = inRelease?.startsWith(`${folder}/`)
    ? [`${base}/shared/${inRelease.slice(folder.length + 1)}`]
    : [];
  return policy.sacred.paths.some((sacred) =>
    [path, ...shared].some((each) => overlap(each, sacred)),
  );
}

import type {
  ComposeModel,
  ComposeMount,
  ComposeService,
  ComposeText,
  ComposeVolume,
} from '../facts/model.ts';
import type { HostAsk } from './host-ask.ts';
import type { HostPath } from './host-path.ts';
import { textsOf } from './service-text.ts';

/** What a service mounts: paths of the host, and what is none and no volume. */
export interface AskedStorage {
  readonly paths: readonly HostPath[];
  readonly asks: readonly HostAsk[];
}

/** File systems whose device is a place in the network. */
const NETWORK_TYPES: ReadonlySet<string> = new Set(['nfs', 'nfs4']);
const NETWORK_DEVICE = /^[^/]*:\//;

/** File systems on a disk, or none: a path is bound. */
const PATH_TYPES: ReadonlySet<string> = new Set([
  ...['none', 'bind', 'cifs', 'smb3'],
  ...['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat', 'exfat', 'ntfs'],
]);

/** Types of mounts that show nothing of the host. */
const PLAIN_MOUNTS: ReadonlySet<string> = new Set(['tmpfs', 'image']);

export function askedStorage(
  service: ComposeService,
  model: ComposeModel,
): AskedStorage {
  const parts = [
    ...service.mounts.map((mount) => ofMount(mount, model)),
    ...devicesOf(service),
    ...contentsOf(service, model),
  ];
  return {
    paths: parts.flatMap(({ paths }) => paths),
    asks: parts.flatMap(({ asks }) => asks),
  };
}

function ofMount(mount: ComposeMount, model: ComposeModel): AskedStorage {
  const { source, type } = mount;
  if (PLAIN_MOUNTS.has(type)) return NOTHING;
  if (type === 'bind' && source?.value.startsWith('/')) {
    return path({ key: 'volumes', path: source, isFile: false });
  }
  if (type === 'volume') {
    const volume = source && model.volumes.get(source.value);
    return volume ? ofVolume(volume) : NOTHING;
  }
  const shown = `${type} ${source?.shown ?? ''}`.trim();
  return ask({ key: 'volumes', shown, words: [] });
}

/**
 * A volume that compose makes. The local driver mounts whatever it is told to,
 * and with `o: bind` any device is a path, so only what can be none is let be.
 */
function ofVolume(volume: ComposeVolume): AskedStorage {
  const { device, driver, external, type } = volume;
  if (external) return NOTHING;
  if (driver && driver.value !== 'local') {
    const word = `volume-driver:${driver.value}`;
    const words = driver.value === driver.shown ? [word] : [];
    return ask({ key: 'volumes', shown: `driver ${driver.shown}`, words });
  }
  const kind = type?.value ?? 'none';
  if (NETWORK_TYPES.has(kind) && NETWORK_DEVICE.test(device?.value ?? '')) {
    return NOTHING;
  }
  if (kind === 'tmpfs' && (!device || device.value === 'tmpfs')) return NOTHING;
  if (!device && !type) return NOTHING;
  if (device?.value.startsWith('/') && isPathType(kind)) {
    const one = { path: device, isFile: false, isVolume: true };
    return path({ key: 'volumes', ...one });
  }
  const shown = `a volume of type ${type?.shown ?? kind} on ${device?.shown ?? 'no device'}`;
  return ask({ key: 'volumes', shown, words: [] });
}

function isPathType(kind: string): boolean {
  return PATH_TYPES.has(kind) || NETWORK_TYPES.has(kind) || kind === 'tmpfs';
}

/** Each is a path, or the name that a vendor gave to a device. */
function devicesOf({ entries }: ComposeService): AskedStorage[] {
  const devices = entries.get('devices');
  const items = devices?.kind === 'list' ? devices.items : [];
  return items.map((item) => {
    const source = textsOf(
      item.kind === 'map' ? item.entries.get('source') : item,
    )[0];
    if (!source) return NOTHING;
    if (source.value.startsWith('/')) {
      return path({ key: 'devices', path: source, isFile: true });
    }
    const isGraphics = /\/gpu=/.test(source.value);
    const words = isGraphics ? ['gpus', 'privileged'] : ['privileged'];
    return ask({ key: 'devices', shown: source.shown, words });
  });
}

function contentsOf(
  service: ComposeService,
  model: ComposeModel,
): AskedStorage[] {
  return (['configs', 'secrets'] as const).flatMap((key) =>
    service[key].map((name) => {
      const file = model[key].get(name)?.file;
      if (!file) return NOTHING;
      return isAbsolute(file)
        ? path({ key, path: file, isFile: true })
        : ask({ key, shown: file.shown, words: [] });
    }),
  );
}

function isAbsolute({ value }: ComposeText): boolean {
  return value.startsWith('/');
}

const NOTHING: AskedStorage = { paths: [], asks: [] };

function path(one: HostPath): AskedStorage {
  return { paths: [one], asks: [] };
}

function ask(one: HostAsk): AskedStorage {
  return { paths: [], asks: [one] };
}

import type { ComposeModel, ComposeService } from '../facts/model.ts';
import type { HostAsk } from './host-ask.ts';
import { ownTextAt } from './service-text.ts';

/** Keys that can put a service into a namespace, and the word for the host's. */
const NAMESPACES: readonly (readonly [key: string, word: string])[] = [
  ['pid', 'host-pid'],
  ['ipc', 'host-ipc'],
  ['uts', 'host-uts'],
  ['userns_mode', 'host-userns'],
  ['cgroup', 'host-cgroup'],
  ['network_mode', 'host-net'],
];

const TOGETHER =
  "Take it out, or bring both services into one module: what another one runs is not this module's to look into.";

/** Namespaces of the host, and of containers that are not the module's own. */
export function askedNamespaces(
  service: ComposeService,
  model: ComposeModel,
  own: ReadonlySet<string>,
): readonly HostAsk[] {
  const joined = NAMESPACES.flatMap(([key, word]): HostAsk[] => {
    const text = ownTextAt(service, key);
    if (!text) return [];
    if (text.value === 'host')
      return [{ key, shown: text.shown, words: [word] }];
    return isForeign(text.value, own)
      ? [{ key, shown: text.shown, words: [], instead: TOGETHER }]
      : [];
  });
  const parent = ownTextAt(service, 'cgroup_parent');
  const grouped: HostAsk[] = parent
    ? [{ key: 'cgroup_parent', shown: parent.shown, words: ['host-cgroup'] }]
    : [];
  // A network with this name is the host's own, whatever calls it external.
  const networks = service.networks.flatMap((name): HostAsk[] => {
    const network = model.networks.get(name);
    const isHost =
      (network?.name.value ?? name) === 'host' ||
      network?.driver?.value === 'host';
    return isHost
      ? [{ key: 'networks', shown: 'host', words: ['host-net'] }]
      : [];
  });
  return [...joined, ...grouped, ...networks];
}

/** What compose writes as `service:name` or `container:name`. */
export function isForeign(text: string, own: ReadonlySet<string>): boolean {
  if (text.startsWith('container:')) return true;
  return text.startsWith('service:') && !own.has(text.slice('service:'.length));
}

import type { ComposeService, ComposeText } from '../facts/model.ts';
import { isForeign } from './asked-namespaces.ts';
import type { HostAsk } from './host-ask.ts';
import { ownTextAt, textsOf } from './service-text.ts';

/** What an engine gives to every container unless it is told to drop it. */
const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL'],
  ...['MKNOD', 'NET_BIND_SERVICE', 'NET_RAW', 'SETFCAP', 'SETGID', 'SETPCAP'],
  ...['SETUID', 'SYS_CHROOT'],
]);

/** Options that take nothing away from what an engine does anyway. */
const PLAIN_OPTION =
  /^(?:no-new-privileges(?:[:=](?:true|false))?|apparmor[:=]docker-default|seccomp[:=]builtin)$/;

const RUNTIMES: ReadonlySet<string> = new Set([
  'runc',
  'io.containerd.runc.v2',
]);

/** Rights of the host that a service asks for: none of them is a path. */
export function askedRights(
  service: ComposeService,
  own: ReadonlySet<string>,
): readonly HostAsk[] {
  const asks: HostAsk[] = [];
  const { entries } = service;
  if (isOn(ownTextAt(service, 'privileged'))) {
    asks.push({ key: 'privileged', shown: 'true', words: ['privileged'] });
  }
  if (isOn(ownTextAt(service, 'use_api_socket'))) {
    asks.push({
      key: 'use_api_socket',
      shown: 'true',
      words: ['docker-socket'],
    });
  }
  for (const text of textsOf(entries.get('cap_add'))) {
    const name = text.value.toUpperCase().replace(/^CAP_/, '');
    if (!DEFAULT_CAPABILITIES.has(name)) {
      asks.push(weaker('cap_add', text, `cap:${name}`));
    }
  }
  for (const text of textsOf(entries.get('security_opt'))) {
    if (!PLAIN_OPTION.test(text.value)) {
      asks.push(weaker('security_opt', text, `security-opt:${text.value}`));
    }
  }
  for (const { shown } of textsOf(entries.get('device_cgroup_rules'))) {
    asks.push({ key: 'device_cgroup_rules', shown, words: ['privileged'] });
  }
  const runtime = ownTextAt(service, 'runtime');
  if (runtime && !RUNTIMES.has(runtime.value)) {
    const words = tellable(runtime, `runtime:${runtime.value}`);
    asks.push({ key: 'runtime', shown: runtime.shown, words });
  }
  return [...asks, ...askedGraphics(service), ...askedMounts(service, own)];
}

/** A right that privileged services have anyway. */
function weaker(key: string, text: ComposeText, word: string): HostAsk {
  const words = [...tellable(text, word), 'privileged'];
  return { key, shown: text.shown, words };
}

/** A word with a masked part cannot be told, and so not be accepted. */
function tellable({ value, shown }: ComposeText, word: string): string[] {
  return value === shown ? [word] : [];
}

function askedGraphics({ entries }: ComposeService): readonly HostAsk[] {
  const deploy = entries.get('deploy');
  const resources = deploy?.kind === 'map' && deploy.entries.get('resources');
  const isReserved = textsOf(resources || undefined).length > 0;
  return [
    ...(entries.has('gpus') ? ['gpus'] : []),
    ...(isReserved ? ['deploy.resources.reservations.devices'] : []),
  ].map((key) => ({ key, shown: 'given', words: ['gpus', 'privileged'] }));
}

/** All that another container mounts, of a module that is not this one. */
function askedMounts(
  { entries }: ComposeService,
  own: ReadonlySet<string>,
): readonly HostAsk[] {
  return textsOf(entries.get('volumes_from'))
    .filter(({ value }) => {
      const [name = ''] = value.split(':');
      return isForeign(value, own) || !own.has(name);
    })
    .map(({ shown }) => ({
      ...{ key: 'volumes_from', shown, words: [] },
      instead: 'Mount the volume itself, by its name.',
    }));
}

function isOn(text: ComposeText | undefined): boolean {
  return text !== undefined && text.value !== 'false';
}

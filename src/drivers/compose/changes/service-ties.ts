import { ownTextAt, textsOf } from '../access/service-text.ts';
import type { ComposeService } from '../facts/model.ts';

/** Keys by which a service gets into the container of another one. */
const JOINING = ['network_mode', 'pid', 'ipc'] as const;

/** That a service must not stay as it is when another one is made anew. */
export interface ServiceTie {
  /** Name of the other service. */
  readonly to: string;
  readonly key: string;
  /** It needs the container itself, and not only a restart after it. */
  readonly joins: boolean;
}

export function tiesOf(service: ComposeService): ServiceTie[] {
  const { entries } = service;
  const joined = JOINING.flatMap((key) => {
    const text = ownTextAt(service, key)?.value ?? '';
    return text.startsWith('service:')
      ? [{ to: text.slice('service:'.length), key, joins: true }]
      : [];
  });
  const mounted = textsOf(entries.get('volumes_from'))
    .map(({ value }) => value.split(':')[0] ?? '')
    // What belongs to no service was refused.
    .filter((to) => to !== 'container')
    .map((to) => ({ to, key: 'volumes_from', joins: true }));
  const depends = entries.get('depends_on');
  const restarted = [
    ...(depends?.kind === 'map' ? depends.entries : []),
  ].flatMap(([to, node]) => {
    const restart = node.kind === 'map' && node.entries.get('restart');
    return restart && restart.kind === 'scalar' && restart.value === true
      ? [{ to, key: 'depends_on', joins: false }]
      : [];
  });
  return [...joined, ...mounted, ...restarted];
}

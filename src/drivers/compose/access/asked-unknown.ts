import type { ComposeService } from '../facts/model.ts';
import type { HostAsk } from './host-ask.ts';

/** Keys that are judged somewhere, or that ask for nothing. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['image', 'privileged', 'pid', 'ipc', 'uts', 'userns_mode', 'cgroup'],
  ...['cgroup_parent', 'network_mode', 'container_name', 'scale', 'restart'],
  ...['pull_policy', 'runtime', 'cap_add', 'security_opt', 'devices', 'gpus'],
  ...['device_cgroup_rules', 'volumes', 'volumes_from', 'configs', 'secrets'],
  ...['profiles', 'depends_on', 'links', 'external_links', 'use_api_socket'],
  ...['ports', 'user', 'group_add', 'isolation', 'deploy', 'networks'],
  ...['healthcheck', 'build', 'develop', 'extends', 'tmpfs'],
  // Their privileged ones were refused where they are written.
  ...['post_start', 'pre_stop'],
]);

const MEANINGS: Readonly<Record<string, string>> = {
  provider: 'a program of the host',
  models: 'models that a program of the host runs',
  credential_spec: 'credentials of the host',
  volume_driver: 'a driver of the host',
};

/** Keys of which nobody can say what they would do on the host. */
export function askedUnknown({ entries }: ComposeService): readonly HostAsk[] {
  return [...entries.keys()]
    .filter((key) => !KNOWN.has(key))
    .map((key) => ({
      key,
      shown: Object.hasOwn(MEANINGS, key)
        ? (MEANINGS[key] ?? '')
        : 'which this version does not know',
      words: [],
      instead: 'Take it out; there is no word in the policy for it.',
    }));
}

import type { Remains } from '../drivers/retire-module.ts';
import { commandOnHost, shellWord } from '../host/command-on-host.ts';
import type { HostSession } from '../host/host-session.ts';

/** Something that stays, and what removes it where a person wants that. */
export interface Remainder {
  readonly what: string;
  readonly by_hand: string;
}

/** What is never removed here, with the commands that do it by hand. */
export function listRemains(
  runtime: string,
  {
    remains,
    backupRoot,
    session,
  }: {
    readonly remains: Remains;
    readonly backupRoot: string;
    readonly session: HostSession;
  },
): readonly Remainder[] {
  const { backups, containers, images, stateful, volumes } = remains;
  const folder = `${session.policy.runtime_root}/${runtime}`;
  const each = (kind: string, names: readonly string[], command: string) =>
    names.map((name) => ({
      what: `${kind} ${name}`,
      by_hand: commandOnHost(session, `${command} ${shellWord(name)}`),
    }));
  return [
    ...(stateful ? each('stopped container', containers, 'docker rm') : []),
    ...each('volume', volumes, 'docker volume rm'),
    ...each('image', images, 'docker image rm'),
    ...each(
      'backup',
      backups.map((name) => `${backupRoot}/${name}`),
      'rm',
    ),
    {
      what: `releases and shared files in ${folder}`,
      by_hand: commandOnHost(session, `rm -r ${shellWord(folder)}`),
    },
  ];
}

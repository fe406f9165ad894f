import type { HostSession } from './host-session.ts';

/** Where the folder of everything is missing, it takes root to make it. */
export function rootRemedy(said: string, { name, policy }: HostSession) {
  const { runtime_root: root, user } = policy;
  if (said !== `${root} cannot be made`) return {};
  const owner = user === undefined ? '' : ` -o ${user}`;
  return { remedy: `As root on ${name}: install -d -m 755${owner} ${root}` };
}

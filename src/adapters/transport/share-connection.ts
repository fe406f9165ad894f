import { join } from 'node:path';
import { type AdminAccess, sshOptions } from './administer.ts';
import { makeControlFolder } from './control-folder.ts';

/**
 * Lets all that one command asks go over one connection, which `closeHosts`
 * ends. Where the administrator's own config shares connections, it goes on
 * doing so: theirs may be the only one that needs no password.
 */
export async function shareConnection(
  access: AdminAccess,
  folder: string,
): Promise<AdminAccess> {
  const { destination, env, exec } = access;
  if (destination === undefined) return access;
  const args = ['-G', ...sshOptions(access), '--', destination];
  const config = await exec.run({ file: 'ssh', args, env, timeoutMs: 15_000 });
  if (/^controlpath /m.test(config.stdout.toString('utf8'))) return access;
  return { ...access, controlPath: join(makeControlFolder(folder), 'admin') };
}

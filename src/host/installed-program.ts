import { createHash } from 'node:crypto';
import { BACKUP_PROGRAM } from './backup-program.ts';
import { HOST_ENTRY, HOST_GUARD } from './installed-parts.ts';
import { HOST_PROGRAM } from './program.ts';

/**
 * The file that an administrator puts on a host: the programs that travel
 * otherwise, behind an entry that runs no command of a client and the host's
 * own policy. The entry finds them by the lines in front of them.
 */
export const INSTALLED_PROGRAM = [
  HOST_ENTRY,
  '# ---- guard',
  HOST_GUARD,
  '# ---- program',
  HOST_PROGRAM,
  '# ---- backup-program',
  BACKUP_PROGRAM,
  '',
].join('\n');

/** What it tells of itself: the sum of its own bytes. */
export function installedVersion(): string {
  return createHash('sha256')
    .update(INSTALLED_PROGRAM)
    .digest('hex')
    .slice(0, 16);
}

/** Asked where a connection is made; nobody else knows what it means. */
export const GREETING = 'apply-gates-host 1 hello';

/** The version that a host told of itself; undefined where no one answered. */
export function parseGreeting(output: string): string | undefined {
  return /^apply-gates-host 1 ([0-9a-f]{16})\n$/.exec(output)?.[1];
}

/** What the client asks for once it knows who answers. */
export function installedCommand(program = HOST_PROGRAM): string {
  const operation = program === BACKUP_PROGRAM ? 'backup' : 'request';
  return `apply-gates-host 1 ${operation} ${installedVersion()}`;
}

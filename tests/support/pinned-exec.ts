import type { Exec } from '../../src/adapters/exec.ts';
import { systemExec } from '../../src/adapters/exec.ts';
import { BACKUP_PROGRAM } from '../../src/host/backup-program.ts';
import { installedCommand } from '../../src/host/installed-program.ts';

/**
 * Runs the installed program as sshd runs a forced command, where the local
 * transport would run the one that travels.
 */
export function makePinnedExec(program: string, conf: string): Exec {
  return {
    run: (command) =>
      systemExec.run({
        ...command,
        file: program,
        args: [conf],
        env: {
          ...command.env,
          SSH_ORIGINAL_COMMAND: installedCommand(
            command.args.includes(BACKUP_PROGRAM) ? BACKUP_PROGRAM : undefined,
          ),
        },
      }),
  };
}

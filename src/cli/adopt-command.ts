import type { Command } from 'commander';
import type { Perform } from './command-line.ts';

/** `apply-gates adopt <project>` */
export function addAdoptCommand(program: Command, perform: Perform): void {
  program
    .command('adopt <project>')
    .description('Draft the module that a running compose project is.')
    .requiredOption('--host <name>', 'host of the policy that it runs on')
    .option('--repo <dir>', 'platform repository', '.')
    .option('--policy <path>', 'policy in the repository')
    .option('--id <id>', 'id of the module (the name of the project)')
    .option('--services <names>', 'only these, where others are not its own')
    .option('--admin <destination>', 'user@address, or a name of ssh config')
    .option('--port <number>', 'port of its sshd (as in the policy)')
    .option('--identity <file>', "the administrator's key")
    .option('--unproven', 'write it though no plan says that it is in sync')
    .option('--overwrite', 'replace files that are there')
    .option('--yes', 'write without being asked')
    .option('--dry-run', 'show all of it, and write nothing')
    .option('--check <file>', 'compare with what an earlier --json noted')
    .option('--json', 'print one JSON document')
    .action((project, options) =>
      perform(
        async () =>
          (await import('./commands/adopt.ts')).adopt(project, options),
        options.json,
      )(),
    );
}

import type { Command } from 'commander';
import type { Perform } from './command-line.ts';

/** `apply-gates backup …` */
export function addBackupCommands(program: Command, perform: Perform): void {
  const backup = program
    .command('backup')
    .description('Backups on the hosts: take one, list, check and adopt them.');
  const command = (
    usage: string,
    description: string,
    settings?: { isDefault: boolean },
  ) =>
    backup
      .command(usage, settings)
      .description(description)
      .option('--repo <dir>', 'platform repository', '.')
      .option('--policy <path>', 'policy in the repository')
      .option('--ssh-key-file <file>', 'private key for the host')
      .option('--json', 'print one JSON document');

  command('take <module>', 'Take a backup of a module.', { isDefault: true })
    .option('--dry-run', 'look at the live host, and write nothing')
    .action((module, options) =>
      perform(
        async () =>
          (await import('./commands/backup-take.ts')).backupTake(
            module,
            options,
          ),
        options.json,
      )(),
    );
  command('list [module]', 'Show the backups that are there.')
    .option('--candidates', 'show which stateful modules could be backed up')
    .action((module, options) =>
      perform(
        async () =>
          (await import('./commands/backup-list.ts')).backupList(
            module,
            options,
          ),
        options.json,
      )(),
    );
  command('adopt <path>', 'Give a backup taken by other means a receipt.')
    .option('--dry-run', 'check it, and write nothing')
    .action((path, options) =>
      perform(
        async () =>
          (await import('./commands/backup-adopt.ts')).backupAdopt(
            path,
            options,
          ),
        options.json,
      )(),
    );
  command('verify <path>', 'Check a backup and its receipt on the host.')
    .option('--restore', 'restore it too, away from everything that runs')
    .action((path, options) =>
      perform(
        async () =>
          (await import('./commands/backup-verify.ts')).backupVerify(
            path,
            options,
          ),
        options.json,
      )(),
    );
}

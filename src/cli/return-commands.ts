import type { Command } from 'commander';
import type { Perform } from './command-line.ts';

/** What takes a module back, or out of service. */
export function addReturnCommands(program: Command, perform: Perform): void {
  const command = (usage: string, description: string) =>
    program
      .command(usage)
      .description(description)
      .requiredOption('--reason <text>', 'why; it goes on record')
      .option('--repo <dir>', 'platform repository', '.')
      .option('--policy <path>', 'policy in the repository')
      .option('--ssh-key-file <file>', 'private key for the host')
      .option('--dry-run', 'stop before the first change')
      .option('--json', 'print one JSON document');

  command('rollback <module>', 'Go back to a release that was live before.')
    .option('--to <sha>', 'commit that was live before (the one before this)')
    .option('--allow-stateful', 'with the override for a stateful module')
    .option('--backup-ref <path>', 'backup that goes with the override')
    .option('--stateful-confirm <text>', 'apply <module> <sha>')
    .option('--despite-freeze <reason>', 'in spite of a freeze of the host')
    .option('--api-url <url>', 'API of the forge (from origin)')
    .option('--repository <owner/name>', 'repository there (from origin)')
    .option('--token-file <file>', 'token for it (APPLY_GATES_TOKEN)')
    .action((module, options) =>
      perform(
        async () =>
          (await import('./commands/rollback.ts')).rollback(module, options),
        options.json,
      )(),
    );
  command('retire <module>', 'Stop what a removed module left on its host.')
    .requiredOption('--confirm <line>', 'retire <module>, as it is refused')
    .action((module, options) =>
      perform(
        async () =>
          (await import('./commands/retire.ts')).retire(module, options),
        options.json,
      )(),
    );
}

import type { Command } from 'commander';
import type { Perform } from './command-line.ts';
import { repositoryCommand } from './repository-command.ts';

/** `status`, `reconcile`, `doctor`: what there is, and what is amiss. */
export function addStateCommands(program: Command, perform: Perform): void {
  const command = repositoryCommand(program);
  command('status [module]', 'What runs, since when and by whom.').action(
    (module, options) =>
      perform(
        async () =>
          (await import('./commands/status.ts')).status(module, options),
        options.json,
      )(),
  );
  command('reconcile [module]', 'Write down how an apply ended, from the host.')
    .option('--reason <text>', 'what became of it, where the host cannot say')
    .option('--ssh-key-file <file>', 'private key for the host')
    .option('--dry-run', 'only look; without a module, at everything')
    .action((module, options) =>
      perform(
        async () =>
          module === undefined
            ? (await import('./commands/reconcile-all.ts')).reconcileAll(
                options,
              )
            : (await import('./commands/reconcile.ts')).reconcile(
                module,
                options,
              ),
        options.json,
      )(),
    );
  command('doctor', 'What is fine, missing or dangerous, and what mends it.')
    .option('--host <name>', 'look at this host alone')
    .option('--no-hosts', 'look at no host')
    .option('--no-forge', 'do not ask the forge')
    .option(
      '--timeout <duration>',
      'what is not seen by then is unknown',
      '30s',
    )
    .option('--ssh-key-file <file>', 'private key for the hosts')
    .option('--api-url <url>', 'API of the forge (from origin)')
    .option('--repository <owner/name>', 'repository there (from origin)')
    .option('--token-file <file>', 'token for it (APPLY_GATES_TOKEN)')
    .action((options) =>
      perform(
        async () => (await import('./commands/doctor.ts')).doctor(options),
        options.json,
      )(),
    );
}

import type { Command } from 'commander';
import type { Perform } from './command-line.ts';

/** `lock`, `unlock`, `freeze`, `acknowledge`: what people hold up or let go. */
export function addHoldCommands(program: Command, perform: Perform): void {
  const command = (usage: string, description: string) =>
    program
      .command(usage)
      .description(description)
      .requiredOption('--reason <text>', 'why; it goes on record')
      .option('--repo <dir>', 'platform repository', '.')
      .option('--policy <path>', 'policy in the repository')
      .option('--json', 'print one JSON document')
      .option('--dry-run', 'say what would change, and change nothing');

  command('lock <host>', 'Take the lease of a host, so that no run changes it.')
    .option(
      '--for <duration>',
      'at most 24h; for longer there is freeze',
      '15m',
    )
    .action((host, options) =>
      perform(
        async () => (await import('./commands/lock.ts')).lock(host, options),
        options.json,
      )(),
    );
  command('unlock <host>', 'Free the lease of a host, whoever holds it.')
    .option(
      '--reset-fence',
      'also turn the fence, on the branch and on the host, back to the lower of the two',
    )
    .option('--ssh-key-file <file>', 'private key for the host')
    .action((host, options) =>
      perform(
        async () =>
          (await import('./commands/unlock.ts')).unlock(host, options),
        options.json,
      )(),
    );
  command(
    'acknowledge <host>',
    'Let a host be changed for the first time, once you saw what would be.',
  )
    .option('--ssh-key-file <file>', 'private key for the host')
    .action((host, options) =>
      perform(
        async () =>
          (await import('./commands/acknowledge.ts')).acknowledge(
            host,
            options,
          ),
        options.json,
      )(),
    );
  for (const change of ['freeze', 'unfreeze'] as const) {
    const what =
      change === 'freeze'
        ? 'Let nothing be applied to a module, a host or at all.'
        : 'Lift a freeze.';
    const defined = command(change, what)
      .option('--module <id>', 'this module')
      .option('--host <name>', 'all modules of this host')
      .option('--all', 'everything');
    if (change === 'freeze') {
      defined.option('--until <when>', 'a time, or a duration such as 2h');
    }
    defined.action((options) =>
      perform(
        async () =>
          (await import('./commands/freeze.ts')).freeze(change, options),
        options.json,
      )(),
    );
  }
}

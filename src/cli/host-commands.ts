import type { Command } from 'commander';
import type { Perform } from './command-line.ts';

/** `apply-gates host …` */
export function addHostCommands(program: Command, perform: Perform): void {
  const host = program
    .command('host')
    .description('What the key of a runner may do on a host: put it there.');
  const command = (usage: string, description: string) =>
    host
      .command(usage)
      .description(description)
      .option('--repo <dir>', 'platform repository', '.')
      .option('--policy <path>', 'policy in the repository')
      .option('--admin <destination>', 'user@address, or a name of ssh config')
      .option('--port <number>', 'port of its sshd (as in the policy)')
      .option('--identity <file>', "the administrator's key")
      .option('--prefix <dir>', 'where the program goes', '/usr/local')
      .option('--conf-dir <dir>', 'where host.conf goes', '/etc/apply-gates')
      .option('--authorized-keys <file>', 'those of the user in the policy')
      .option('--public-key-file <file>', 'public key of the runner')
      .option('--json', 'print one JSON document');

  command('install <host>', 'Pin the key of the runner to apply-gates-host.')
    .option('--driver <name>', 'compose, command (repeatable)', collect)
    .option('--project <name>', 'compose project (repeatable)', collect)
    .option(
      '--project-directory <path>',
      'old folder that may be taken over (repeatable)',
      collect,
    )
    .option('--repository <url>', 'where the host itself looks what is merged')
    .option('--default-branch <name>', 'its branch; else main')
    .option('--deploy-key-file <file>', 'private key that may read it')
    .option('--repository-known-hosts <file>', 'keys of its server')
    .option('--unmerged-plans', 'plan compose modules of pull requests too')
    .option('--dry-run', 'say what would be written, and write nothing')
    .action((name, options) =>
      perform(
        async () =>
          (await import('./commands/host-install.ts')).hostInstall(
            name,
            options,
          ),
        options.json,
      )(),
    );
  command(
    'check <host>',
    'Whether it has what install would put there.',
  ).action((name, options) =>
    perform(
      async () =>
        (await import('./commands/host-install.ts')).hostCheck(name, options),
      options.json,
    )(),
  );
  command('remove <host>', 'Take away what install put there, and only that.')
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .action((name, options) =>
      perform(
        async () =>
          (await import('./commands/host-remove.ts')).hostRemove(name, options),
        options.json,
      )(),
    );
}

function collect(value: string, before: readonly string[] | undefined) {
  return [...(before ?? []), value];
}

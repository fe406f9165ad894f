import type { Command } from 'commander';
import type { Perform } from './command-line.ts';

/** `apply-gates audit …` */
export function addAuditCommands(program: Command, perform: Perform): void {
  const audit = program
    .command('audit')
    .description('The audit log: verify it, show it, seal an older one.');
  const command = (usage: string, description: string) =>
    audit
      .command(usage)
      .description(description)
      .option('--repo <dir>', 'platform repository', '.')
      .option('--policy <path>', 'policy in the repository')
      .option('--json', 'print one JSON document');
  const places =
    'a file, folder or commit; without it the state branch on the remote';

  command('verify [place]', `Verify a log: ${places}. Exit 0: consistent.`)
    .option(
      '--checkpoint <file>',
      'what vouches for the log (repeatable)',
      collect,
    )
    .option(
      '--since <file>',
      'checkpoint from which on to read; it vouches as well',
    )
    .option(
      '--host <name>',
      'host whose checkpoint vouches for the log (repeatable)',
      collect,
    )
    .option('--ssh-key-file <file>', 'private key for the hosts')
    .option(
      '--key <key>',
      'public key that must have signed, or a file with it (repeatable)',
      collect,
    )
    .option('-o, --output <file>', 'write a checkpoint of what was verified')
    .option('--sign-key-file <file>', 'sign it with this Ed25519 key (PEM)')
    .action((name, options) =>
      perform(
        async () =>
          (await import('./commands/audit-verify.ts')).auditVerify(
            name,
            options,
          ),
        options.json,
      )(),
    );
  command('show [place]', `Show entries of a log: ${places}.`)
    .option('--module <id>', 'entries about this module')
    .option('--kind <kind>', 'entries of this kind')
    .option('--run <id>', 'entries of this run, by id or number')
    .option('--after <time>', 'entries from this day or time on (UTC)')
    .option('--before <time>', 'entries up to this day or time (UTC)')
    .option('--last <number>', 'only so many, the newest ones')
    .action((name, options) =>
      perform(
        async () =>
          (await import('./commands/audit-show.ts')).auditShow(name, options),
        options.json,
      )(),
    );
  command('adopt <file>', 'Seal a log of another tool as it is.')
    .option('--dry-run', 'say what would be sealed, and write nothing')
    .action((file, options) =>
      perform(
        async () =>
          (await import('./commands/audit-adopt.ts')).auditAdopt(file, options),
        options.json,
      )(),
    );
}

function collect(value: string, before: readonly string[] | undefined) {
  return [...(before ?? []), value];
}

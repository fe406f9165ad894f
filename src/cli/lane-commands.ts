import { type Command, Option } from 'commander';
import type { Perform } from './command-line.ts';
import { LOCAL_EVENTS } from './local-event.ts';
import { repositoryCommand } from './repository-command.ts';

/** `scope`, `plan`, `apply`, `rehearse`: a lane, or how far it would get. */
export function addLaneCommands(program: Command, perform: Perform): void {
  const command = repositoryCommand(program);
  const event = new Option('--event <name>', 'event to judge').choices([
    ...LOCAL_EVENTS,
  ]);

  command('scope', 'Which modules would be applied, and which would wait.')
    .option('--module <id>', 'ask for one module, as a dispatch does')
    .addOption(event)
    .option('--base <commit>', 'commit before the change')
    .option('--head <commit>', 'commit to judge (HEAD)')
    .option('--allow-stateful', 'with the override for one stateful module')
    .option('--backup-ref <path>', 'backup that goes with the override')
    .option('--stateful-confirm <text>', 'apply <module> <sha>')
    .action((options) =>
      perform(
        async () => (await import('./commands/scope.ts')).scope(options),
        options.json,
      )(),
    );
  command('plan <module>', 'What an apply would change. Exit 1: something.')
    .option('-o, --output <file>', 'write the plan here')
    .option('--head <commit>', 'commit to plan (HEAD)')
    .option('--ssh-key-file <file>', 'private key for the host')
    .action((module, options) =>
      perform(
        async () => (await import('./commands/plan.ts')).plan(module, options),
        options.json,
      )(),
    );
  command('apply <module-or-plan>', 'Run the lane for one module by hand.')
    .requiredOption('--approved <sha>', 'the commit to apply')
    .option('--approved-pr <number>', 'the pull request that merged it')
    .option('--allow-stateful', 'with the override for one stateful module')
    .option('--backup-ref <path>', 'backup that goes with the override')
    .option('--stateful-confirm <text>', 'apply <module> <sha>')
    .option('--break-glass-reason <reason>', 'apply without approval')
    .option('--despite-freeze <reason>', 'apply in spite of a freeze')
    .option('--ssh-key-file <file>', 'private key for the host')
    .option('--allow-destructive <names...>', 'resources that may be destroyed')
    .option('--api-url <url>', 'API of the forge (from origin)')
    .option('--repository <owner/name>', 'repository there (from origin)')
    .option('--token-file <file>', 'token for it (APPLY_GATES_TOKEN)')
    .option('--dry-run', 'stop before the first change')
    .action((target, options) =>
      perform(
        async () =>
          (await import('./commands/apply.ts')).apply(target, options),
        options.json,
      )(),
    );
  command('rehearse', 'Run the whole lane on this machine.')
    .addOption(event)
    .option('--base <commit>', 'commit before the change')
    .option('--head <commit>', 'commit to judge (HEAD)')
    .option('--input <name=value>', 'input of a dispatch', collect, {})
    .option('--plan-only', 'stop before the first change')
    .option('--ssh-key-file <file>', 'private key for the hosts')
    .action((options) =>
      perform(
        async () => (await import('./commands/rehearse.ts')).rehearse(options),
        options.json,
      )(),
    );
}

function collect(
  text: string,
  collected: Readonly<Record<string, string>>,
): Record<string, string> {
  const [name = '', ...value] = text.split('=');
  return { ...collected, [name]: value.join('=') };
}

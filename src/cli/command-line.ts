import { Argument, Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { watchInterruption } from '../adapters/interruption.ts';
import { ActionError } from '../model/errors.ts';
import { exitStatusOf } from '../model/reason-codes.ts';
import { verdictOfError } from '../model/verdict.ts';
import { addAdoptCommand } from './adopt-command.ts';
import { addAuditCommands } from './audit-commands.ts';
import { addBackupCommands } from './backup-commands.ts';
import { addHoldCommands } from './hold-commands.ts';
import { addHostCommands } from './host-commands.ts';
import { addInitCommand } from './init-command.ts';
import { LOCAL_EVENTS } from './local-event.ts';
import { addReturnCommands } from './return-commands.ts';
import { openTerminal, type Terminal } from './terminal.ts';

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean };
export type Action = (terminal: Terminal) => Promise<number>;

/**
 * Runs one command and returns its exit status (the table of the actions;
 * wrong usage is 2). Nothing that is thrown gets past this function.
 */
export async function runCommandLine(
  argv: readonly string[],
  stream: Stream,
): Promise<number> {
  let exitStatus = 0;
  const perform =
    (load: () => Promise<Action>, json: boolean | undefined) => async () => {
      const terminal = openTerminal(stream, json === true);
      exitStatus = await guarded(terminal, load);
    };
  try {
    await defineProgram(perform, stream).parseAsync([...argv], {
      from: 'user',
    });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return exitStatus;
}

async function guarded(
  terminal: Terminal,
  load: () => Promise<Action>,
): Promise<number> {
  const interruption = watchInterruption();
  const stopped = interruption.error.then(async (error) => {
    await terminal.stop();
    throw error;
  });
  try {
    return await Promise.race([(await load())(terminal), stopped]);
  } catch (error) {
    const known =
      error instanceof ActionError
        ? error
        : new ActionError('internal/bug', String(error), { cause: error });
    const verdict = verdictOfError({ gate: 'command-line', sha: '' }, known);
    terminal.verdict(verdict);
    terminal.document({ verdict });
    return exitStatusOf(known.code);
  } finally {
    interruption.release();
  }
}

/** Loads a command when it is asked for, and runs it. */
export type Perform = (
  load: () => Promise<Action>,
  json: boolean | undefined,
) => () => Promise<void>;

/** Every command with its options; `perform` makes the work of each. */
export function defineProgram(perform: Perform, stream: Stream): Command {
  const program = new Command('apply-gates')
    .description('Gates between a merged pull request and a running server.')
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) })
    .configureOutput({ writeOut: (text) => stream.write(text) })
    .showHelpAfterError();
  const command = (usage: string, description: string) =>
    program
      .command(usage)
      .description(description)
      .option('--repo <dir>', 'platform repository', '.')
      .option('--policy <path>', 'policy in the repository')
      .option('--json', 'print one JSON document');
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
  program
    .command('lint [dir]')
    .description('Check the workflows of a repository, or of a folder.')
    .option('--json', 'print one JSON document')
    .action((dir, options) =>
      perform(
        async () => (await import('./commands/lint.ts')).lint(dir),
        options.json,
      )(),
    );
  program
    .command('validate [dir]')
    .description('Check the policy and all manifests of a folder.')
    .option('--policy <path>', 'policy in the repository')
    .option('--json', 'print one JSON document')
    .action((dir, options) =>
      perform(
        async () =>
          (await import('./commands/validate.ts')).validate(dir, options),
        options.json,
      )(),
    );
  program
    .command('schema')
    .description('Print the JSON Schema of a document, for editors.')
    .addArgument(
      new Argument('<document>', 'which').choices(['manifest', 'policy']),
    )
    .option('--json', 'print it on one line')
    .action((document, options) =>
      perform(
        async () => (await import('./commands/schema.ts')).schema(document),
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
  addAdoptCommand(program, perform);
  addInitCommand(program, perform);
  addAuditCommands(program, perform);
  addHoldCommands(program, perform);
  addBackupCommands(program, perform);
  addHostCommands(program, perform);
  addReturnCommands(program, perform);
  return program;
}

function collect(
  text: string,
  collected: Readonly<Record<string, string>>,
): Record<string, string> {
  const [name = '', ...value] = text.split('=');
  return { ...collected, [name]: value.join('=') };
}

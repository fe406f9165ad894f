import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { watchInterruption } from '../adapters/interruption.ts';
import { ActionError } from '../model/errors.ts';
import { exitStatusOf } from '../model/reason-codes.ts';
import { verdictOfError } from '../model/verdict.ts';
import { addAdoptCommand } from './adopt-command.ts';
import { addAuditCommands } from './audit-commands.ts';
import { addBackupCommands } from './backup-commands.ts';
import { addDocumentCommands } from './document-commands.ts';
import { addHoldCommands } from './hold-commands.ts';
import { addHostCommands } from './host-commands.ts';
import { addInitCommand } from './init-command.ts';
import { addLaneCommands } from './lane-commands.ts';
import { addReturnCommands } from './return-commands.ts';
import { addStateCommands } from './state-commands.ts';
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
  addLaneCommands(program, perform);
  addStateCommands(program, perform);
  addDocumentCommands(program, perform);
  addAdoptCommand(program, perform);
  addInitCommand(program, perform);
  addAuditCommands(program, perform);
  addHoldCommands(program, perform);
  addBackupCommands(program, perform);
  addHostCommands(program, perform);
  addReturnCommands(program, perform);
  return program;
}

import type { Ports } from '../actions/step.ts';
import { systemExec } from '../adapters/exec.ts';
import { openRepository } from '../adapters/git.ts';
import type { LaneDefinition } from '../lanes/lanes.ts';
import {
  commonInputs,
  type OverrideOptions,
  type RepositoryOptions,
} from './commands/options.ts';
import {
  type ForgeOptions,
  type LocalForge,
  readLocalForge,
} from './local-forge.ts';
import { type LocalRun, openLocalRun } from './local-run.ts';
import { runLaneHere } from './run-lane-here.ts';
import type { Terminal } from './terminal.ts';

/** Options of commands that run a dispatched lane for one module. */
export interface ByHandOptions
  extends RepositoryOptions,
    OverrideOptions,
    ForgeOptions {
  readonly dryRun?: boolean;
  readonly despiteFreeze?: string;
  readonly sshKeyFile?: string;
}

interface ByHand {
  readonly lane: LaneDefinition;
  readonly inputs: Readonly<Record<string, string>>;
  readonly options: ByHandOptions;
  /** Further steps that are left out. */
  readonly left: readonly string[];
  /** Commit of the event; HEAD if not given. */
  readonly head?: string;
  /** What is done before the first step. */
  readonly begin?: (run: LocalRun) => void;
}

/** Nothing is checked out here, and whoever asks reads the answer. */
const NOT_HERE = ['checkout', 'bind', 'comment'];

/** Inputs of a dispatch that go past something, from their options. */
export function overrideInputs(options: ByHandOptions) {
  return {
    allow_stateful: options.allowStateful ? 'true' : 'false',
    backup_ref: options.backupRef ?? '',
    stateful_confirm: options.statefulConfirm ?? '',
    despite_freeze: options.despiteFreeze ?? '',
  };
}

/** Runs the lane of a dispatch at the terminal, with the same gates. */
export async function runLaneByHand(
  { lane, inputs, options, left, head, begin }: ByHand,
  terminal: Terminal,
): Promise<number> {
  const run = await openLocalRun(
    { ...options, event: 'workflow_dispatch', head, inputs },
    terminal,
  );
  const out = [...NOT_HERE, ...left];
  const steps = lane.steps.filter(({ id }) => !out.includes(id));
  try {
    const repository = openRepository(systemExec, run.repo);
    const forge = await readLocalForge(repository, options);
    begin?.(run);
    return await runLaneHere(
      {
        lane: { ...lane, steps },
        inputs,
        common: { ...commonInputs(options), token: forge.token },
        ports: onForge(run, forge),
        ...(options.dryRun ? { stopBefore: 'apply' } : {}),
      },
      terminal,
    );
  } finally {
    run.close();
  }
}

function onForge(
  { ports }: LocalRun,
  { apiUrl, repository }: LocalForge,
): Ports {
  return { ...ports, context: { ...ports.context, apiUrl, repository } };
}

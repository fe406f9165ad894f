import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ports } from '../../actions/step.ts';
import { systemExec } from '../../adapters/exec.ts';
import { openRepository } from '../../adapters/git.ts';
import { APPLY } from '../../lanes/apply-lane.ts';
import { InputError } from '../../model/errors.ts';
import { isModuleId } from '../../model/identifiers.ts';
import { planSchema } from '../../model/plan.ts';
import {
  type ForgeOptions,
  type LocalForge,
  readLocalForge,
} from '../local-forge.ts';
import { type LocalRun, openLocalRun } from '../local-run.ts';
import { runLaneHere } from '../run-lane-here.ts';
import type { Terminal } from '../terminal.ts';
import {
  commonInputs,
  type OverrideOptions,
  type RepositoryOptions,
} from './options.ts';

interface ApplyOptions
  extends RepositoryOptions,
    OverrideOptions,
    ForgeOptions {
  readonly approved: string;
  readonly approvedPr?: string;
  readonly dryRun?: boolean;
  readonly breakGlassReason?: string;
  readonly despiteFreeze?: string;
  readonly sshKeyFile?: string;
  readonly allowDestructive?: readonly string[];
}

/** Nothing is checked out here, and whoever asks reads the answer. */
const NOT_HERE = ['checkout', 'bind', 'comment'];

/**
 * The lane for one module, by hand: the same gates as a dispatch, with a new
 * plan or, where a plan file is given, with that one.
 */
export function apply(target: string, options: ApplyOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const { module, plan } = readTarget(target);
    const inputs = {
      module,
      sha: readApproved(options),
      pr: options.approvedPr ?? '',
      plan_digest: '',
      allow_stateful: options.allowStateful ? 'true' : 'false',
      backup_ref: options.backupRef ?? '',
      stateful_confirm: options.statefulConfirm ?? '',
      break_glass_reason: options.breakGlassReason ?? '',
      despite_freeze: options.despiteFreeze ?? '',
      allow_destructive: JSON.stringify(options.allowDestructive ?? []),
    };
    const run = await openLocalRun(
      { ...options, event: 'workflow_dispatch', head: inputs.sha, inputs },
      terminal,
    );
    const left = [...NOT_HERE, ...(plan === undefined ? [] : ['plan'])];
    const steps = APPLY.steps.filter(({ id }) => !left.includes(id));
    try {
      const repository = openRepository(systemExec, run.repo);
      const forge = await readLocalForge(repository, options);
      if (plan !== undefined) placePlan(run, module, plan);
      return await runLaneHere(
        {
          lane: { ...APPLY, steps },
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
  };
}

function onForge(
  { ports }: LocalRun,
  { apiUrl, repository }: LocalForge,
): Ports {
  return { ...ports, context: { ...ports.context, apiUrl, repository } };
}

/** A module id, or the path of a plan that names its module. */
function readTarget(target: string): {
  readonly module: string;
  /** Text of the plan, where one is given. */
  readonly plan?: string;
} {
  if (isModuleId(target)) return { module: target };
  if (existsSync(target)) {
    try {
      const plan = readFileSync(target, 'utf8');
      return { module: planSchema.parse(JSON.parse(plan)).module, plan };
    } catch {
      throw new InputError('<module-or-plan>', target, 'a file with a plan');
    }
  }
  throw new InputError(
    '<module-or-plan>',
    target,
    'a module id or a plan file',
  );
}

/** Where the guard looks for it, as if it had just been made. */
function placePlan(run: LocalRun, module: string, plan: string): void {
  const folder = join(run.ports.context.folder(), 'plans');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${module}.plan.json`), plan, { mode: 0o600 });
}

function readApproved({ approved, approvedPr }: ApplyOptions): string {
  if (!/^[0-9a-f]{40}$/i.test(approved)) {
    throw new InputError(
      '--approved',
      approved,
      'a commit id of 40 hex digits',
    );
  }
  if (approvedPr !== undefined && !/^[1-9][0-9]{0,9}$/.test(approvedPr)) {
    throw new InputError('--approved-pr', approvedPr, 'a number');
  }
  return approved.toLowerCase();
}

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { APPLY } from '../../lanes/apply-lane.ts';
import { InputError } from '../../model/errors.ts';
import { isModuleId } from '../../model/identifiers.ts';
import { planSchema } from '../../model/plan.ts';
import type { LocalRun } from '../local-run.ts';
import {
  type ByHandOptions,
  overrideInputs,
  runLaneByHand,
} from '../run-lane-by-hand.ts';
import type { Terminal } from '../terminal.ts';

interface ApplyOptions extends ByHandOptions {
  readonly approved: string;
  readonly approvedPr?: string;
  readonly breakGlassReason?: string;
  readonly allowDestructive?: readonly string[];
}

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
      ...overrideInputs(options),
      break_glass_reason: options.breakGlassReason ?? '',
      allow_destructive: JSON.stringify(options.allowDestructive ?? []),
    };
    const left = plan === undefined ? [] : ['plan'];
    return runLaneByHand(
      {
        ...{ lane: APPLY, inputs, options, left, head: inputs.sha },
        ...(plan !== undefined && {
          begin: (run) => placePlan(run, module, plan),
        }),
      },
      terminal,
    );
  };
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

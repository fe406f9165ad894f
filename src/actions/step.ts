import type { Clock } from '../adapters/clock.ts';
import type { Exec } from '../adapters/exec.ts';
import type { RunContext } from '../adapters/run-context.ts';
import type { VerdictLog } from '../adapters/verdict-log.ts';
import { ActionError } from '../model/errors.ts';
import {
  exitStatusOfVerdict,
  type Verdict,
  verdictOfError,
} from '../model/verdict.ts';

/** Everything a step may touch, handed in from the edge. */
export interface Ports {
  readonly context: RunContext;
  readonly clock: Clock;
  readonly exec: Exec;
  readonly verdicts: VerdictLog;
  /** Hides a value in everything printed from here on. */
  readonly mask: (secret: string) => void;
  /** One line for the person who watches; already safe to print. */
  readonly print: (line: string) => void;
  /**
   * Has something done before the process ends because it was asked to stop;
   * what it returns takes that back. Absent where nobody can ask.
   */
  readonly onStop?: (work: () => Promise<void>) => () => void;
}

/** Inputs as an action or the command line gets them: kebab-case, untrusted. */
export type RawInputs = Readonly<Record<string, string | undefined>>;

/** How a step ended. */
export interface StepOutcome {
  readonly verdict: Verdict;
  /** Outputs beyond decision, code, reason and verdict. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Verdicts for the summary page of the job, from the step that sums up. */
  readonly summary?: readonly Verdict[];
  /** True where a pass is to catch the eye of whoever watches. */
  readonly warning?: boolean;
}

/** One action as code: what its action.yml declares, and what it does. */
export interface Step {
  readonly name: string;
  /** Input name -> default; the same as in action.yml (a test holds them). */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
  readonly run: (inputs: RawInputs, ports: Ports) => Promise<StepOutcome>;
}

/**
 * Runs a step inside its frame: defaults filled in, empty inputs undefined,
 * whatever is thrown turned into a refusal, the verdict put on record.
 */
export async function executeStep(
  step: Step,
  given: RawInputs,
  ports: Ports,
): Promise<StepOutcome & { readonly exitStatus: number }> {
  const outcome = await attempt(step, withDefaults(step, given), ports);
  ports.verdicts.appendVerdict(step.name, outcome.verdict);
  return { ...outcome, exitStatus: exitStatusOfVerdict(outcome.verdict) };
}

async function attempt(
  step: Step,
  inputs: RawInputs,
  ports: Ports,
): Promise<StepOutcome> {
  try {
    return await step.run(inputs, await aboutWhat(ports, inputs));
  } catch (error) {
    const known =
      error instanceof ActionError
        ? error
        : new ActionError('internal/bug', describe(error), { cause: error });
    const subject = { gate: step.name, sha: ports.context.sha };
    return { verdict: verdictOfError(subject, known), outputs: {} };
  }
}

/** Most jobs live in the repository that they are about. */
async function aboutWhat(ports: Ports, inputs: RawInputs): Promise<Ports> {
  if (ports.context.about === undefined) return ports;
  const { aboutRepository } = await import('./about-repository.ts');
  return aboutRepository(ports, inputs);
}

function describe(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : String(error);
}

function withDefaults(step: Step, given: RawInputs): RawInputs {
  return Object.fromEntries(
    Object.entries(step.inputs).map(([name, fallback]) => [
      name,
      given[name] || fallback || undefined,
    ]),
  );
}

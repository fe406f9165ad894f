import type { RunContext } from '../../adapters/run-context.ts';
import {
  decidePlanGuard,
  PLAN_GUARD,
  type PlanGuardFacts,
} from '../../gates/plan-guard/decide-plan-guard.ts';
import { findApprovedCommit } from '../../model/approved-commit.ts';
import { findPlanFiles, parsePlanFile, placeOf } from '../read-plan-files.ts';
import type { Ports, Step } from '../step.ts';
import {
  type PlanNoopGuardInputs,
  parsePlanNoopGuardInputs,
} from './inputs.ts';

/** Judges plans before anything is applied. */
export const planNoopGuardStep: Step = {
  name: PLAN_GUARD,
  inputs: {
    plan: '',
    modules: '',
    'require-noop': 'true',
    sha: '',
    'max-age': '1h',
    format: 'auto',
    'plan-digest': '',
    'allow-destructive': '[]',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
  },
  outputs: ['in-sync', 'changes', 'digest'],
  run: async (raw, ports) => {
    const inputs = parsePlanNoopGuardInputs(raw);
    const facts = await readFacts(inputs, ports);
    const first = decidePlanGuard(facts);
    // Only a change can touch what is sacred: in sync needs no policy.
    const decision =
      first.verdict.code === 'plan/drift-allowed'
        ? decidePlanGuard({
            ...facts,
            sacredModules: await askPolicy(inputs, ports),
          })
        : first;
    return {
      verdict: decision.verdict,
      outputs: {
        'in-sync': String(decision.inSync),
        changes: String(decision.changes),
        digest: decision.digest,
      },
    };
  },
};

/** Loaded here, since most runs need neither git nor YAML. */
async function askPolicy(
  inputs: PlanNoopGuardInputs,
  ports: Ports,
): Promise<readonly string[]> {
  const { readSacredModules } = await import('./read-sacred-modules.ts');
  return readSacredModules(inputs, ports);
}

async function readFacts(
  inputs: PlanNoopGuardInputs,
  ports: Ports,
): Promise<PlanGuardFacts> {
  const found = await findPlanFiles(inputs, ports.context);
  return {
    files: found.map((file) => parsePlanFile(file, inputs.format)),
    place: placeOf(inputs, ports.context),
    modules: inputs.modules,
    requireNoop: inputs.requireNoop,
    ...readArming(inputs, ports),
    digest: inputs.planDigest,
    sha: inputs.sha ?? shaOf(ports.context),
    shaDemanded: inputs.sha !== undefined,
    now: ports.clock.now(),
    maxAgeMs: inputs.maxAgeMs,
    sacredModules: [],
  };
}

/**
 * If the stateful gate armed a module earlier in this job, only a plan that is
 * in sync may go on, even if a workflow forgot to hand that on; unless a person
 * asked for an approved commit. Only then may something be destroyed, too.
 */
function readArming({ allowDestructive }: PlanNoopGuardInputs, ports: Ports) {
  const verdicts = ports.verdicts
    .read()
    .flatMap((entry) => (entry.kind === 'verdict' ? [entry] : []));
  if (findApprovedCommit(verdicts)) return { armed: false, allowDestructive };
  const armed = verdicts.some(
    ({ verdict }) => verdict.code === 'stateful/armed',
  );
  return { armed, allowDestructive: [] };
}

/** The commit of the event; a pull request runs on a merge of its head. */
function shaOf(context: RunContext): string | undefined {
  if (context.eventName === 'pull_request') {
    const event = context.readEvent();
    if (event.name === 'pull_request') return event.head;
  }
  return /^[0-9a-f]{40}$/.test(context.sha) ? context.sha : undefined;
}

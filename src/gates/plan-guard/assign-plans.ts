import { type Finding, finding } from '../../model/verdict.ts';
import type { JudgedPlan, PlanReading } from './judged-plan.ts';

/** A plan file under the name that people know it by. */
export interface PlanFile {
  readonly name: string;
  readonly reading: PlanReading;
}

/** A plan that could be read, with the module it stands for. */
export interface AssignedPlan {
  readonly name: string;
  readonly plan: JudgedPlan;
  /** Undefined where neither the plan nor its file says, and nobody asked. */
  readonly module: string | undefined;
}

export interface Assignment {
  readonly plans: readonly AssignedPlan[];
  readonly findings: readonly Finding[];
}

/**
 * Gives each plan its module: the one it names itself, else the one its file
 * is named after, else the only one asked for where it is the only plan. Ids
 * that were asked for have exactly one plan each, and nothing else has one.
 */
export function assignPlans(
  files: readonly PlanFile[],
  modules: readonly string[] | undefined,
): Assignment {
  const findings: Finding[] = [];
  const plans: AssignedPlan[] = [];
  for (const { name, reading } of files) {
    if (reading.ok) {
      const module = moduleOf(name, reading.plan, files, modules);
      plans.push({ name, plan: reading.plan, module });
    } else {
      const { code, reason } = reading.problem;
      findings.push(finding(code, `The plan ${name} ${reason}`));
    }
  }
  const strangers = modules
    ? plans.flatMap((each) => findStranger(each, modules))
    : [];
  const wanted = modules ?? plans.flatMap(({ module }) => module ?? []);
  const odd = [...new Set(wanted)].flatMap((id) => findOddNumber(id, plans));
  return { plans, findings: [...findings, ...strangers, ...odd] };
}

function moduleOf(
  name: string,
  plan: JudgedPlan,
  files: readonly PlanFile[],
  modules: readonly string[] | undefined,
): string | undefined {
  if (plan.module !== undefined || !modules) return plan.module;
  const stem = /([^/]*?)\.[^/]*$/.exec(name)?.[1];
  if (stem !== undefined && modules.includes(stem)) return stem;
  return modules.length === 1 && files.length === 1 ? modules[0] : undefined;
}

function findStranger(
  { name, plan, module }: AssignedPlan,
  modules: readonly string[],
): readonly Finding[] {
  if (module === undefined) {
    return [
      finding(
        'plan/wrong-module',
        `The plan ${name} (${plan.format}) does not say which module it is for`,
        { remedy: 'Name the file after the module: <id>.json' },
      ),
    ];
  }
  if (modules.includes(module)) return [];
  const asked = modules.length === 0 ? 'no module' : modules.join(', ');
  return [
    finding(
      'plan/wrong-module',
      `The plan ${name} is for ${module}; asked for was ${asked}`,
      { module },
    ),
  ];
}

function findOddNumber(
  id: string,
  plans: readonly AssignedPlan[],
): readonly Finding[] {
  const found = plans.filter(({ module }) => module === id);
  if (found.length === 1) return [];
  const reason =
    found.length === 0
      ? `There is no plan for ${id}`
      : `There are ${found.length} plans for ${id}: ${found.map(({ name }) => name).join(', ')}`;
  return [finding('plan/missing', reason, { module: id })];
}

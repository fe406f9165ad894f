import { join, resolve } from 'node:path';
import { openPlanFiles, type PlanFiles } from '../../adapters/plan-files.ts';
import { InputError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import {
  type ModuleSource,
  readModuleSources,
} from '../../repository/module-sources.ts';
import { readSubject, type Subject } from '../../repository/subject.ts';
import { openModuleHosts } from '../open-module-hosts.ts';
import { type ModulePlan, planModules } from '../plan-modules.ts';
import type { Ports, Step } from '../step.ts';
import { type ModulePlanInputs, parseModulePlanInputs } from './inputs.ts';
import { decidePlans } from './plan-verdict.ts';

const NAME = 'module-plan';

/** Asks each host what an apply would change. Changes nothing. */
export const modulePlanStep: Step = {
  name: NAME,
  inputs: {
    modules: '',
    sha: '',
    output: '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'ssh-key': '',
    'ssh-key-file': '',
  },
  outputs: ['plans', 'exit-code', 'in-sync', 'changed'],
  run: async (raw, ports) => {
    const inputs = parseModulePlanInputs(raw);
    const files = openOutput(inputs, ports);
    const subject = await readSubject(ports, inputs);
    const made = await makePlans(subject, inputs, ports);
    const { verdict, plans } = decidePlans(
      { gate: NAME, sha: subject.head },
      made,
    );
    const paths = plans.map((plan) => files.write(plan.module, plan));
    const refused = verdict.decision === 'refuse';
    return { verdict, outputs: describePlans(plans, paths, refused) };
  },
};

/**
 * The folder for the plans, without any plan of before: the guard judges what
 * it finds there. Somebody else's folder is not tidied up for them.
 */
function openOutput(inputs: ModulePlanInputs, ports: Ports): PlanFiles {
  const { context } = ports;
  const files = openPlanFiles(
    inputs.output === undefined
      ? join(context.folder(), 'plans')
      : resolve(context.workspace, inputs.output),
  );
  for (const module of files.list()) {
    if (inputs.output !== undefined && !inputs.modules.includes(module)) {
      throw new InputError(
        'output',
        inputs.output,
        'a folder without plans of other modules',
      );
    }
    files.remove(module);
  }
  return files;
}

async function makePlans(
  subject: Subject,
  inputs: ModulePlanInputs,
  ports: Ports,
): Promise<readonly ModulePlan[]> {
  const read = await readModuleSources(subject, inputs.modules);
  if (!read.ok) return [{ kind: 'refused', findings: read.findings }];
  const { sources } = read;
  const untrusted = findUntrustedCommands(subject, sources);
  if (untrusted.length > 0) return [{ kind: 'refused', findings: untrusted }];
  const hosts = await openModuleHosts({ subject, sources, inputs }, ports);
  try {
    const plans = await planModules({ subject, sources, hosts }, ports);
    warnOfOpenKeys(hosts.unrestricted(), ports);
    return plans;
  } finally {
    await hosts.close();
  }
}

function warnOfOpenKeys(names: readonly string[], ports: Ports): void {
  for (const name of names) {
    ports.print(
      `warning: host/unrestricted: the key opens a shell on ${name}; pin it: apply-gates host install ${name}`,
    );
  }
}

/** The command driver plans by running what the change itself brings along. */
function findUntrustedCommands(
  { event }: Subject,
  sources: readonly ModuleSource[],
): readonly Finding[] {
  if (event.name !== 'pull_request') return [];
  return sources
    .filter(({ manifest }) => manifest.driver === 'command')
    .map(({ id }) =>
      finding(
        'plan/untrusted-command',
        `Planning ${id} would run its plan command, which the pull request may have written`,
        { module: id },
      ),
    );
}

function describePlans(
  plans: readonly Plan[],
  paths: readonly string[],
  refused: boolean,
): Record<string, string> {
  const changed = plans.filter((plan) => plan.exit_code === 1);
  const exitCode = changed.length > 0 ? '1' : '0';
  return {
    plans: JSON.stringify(paths),
    'exit-code': refused ? '2' : exitCode,
    'in-sync': String(!refused && changed.length === 0),
    changed: JSON.stringify(changed.map((plan) => plan.module)),
  };
}

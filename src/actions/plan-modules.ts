import type { PlanResult } from '../drivers/driver.ts';
import { loadDriver } from '../drivers/load-driver.ts';
import type { ReasonCode } from '../model/reason-codes.ts';
import { type Finding, finding } from '../model/verdict.ts';
import type { ModuleSource } from '../repository/module-sources.ts';
import { readRelease } from '../repository/release.ts';
import type { Subject } from '../repository/subject.ts';
import type { ModuleHosts } from './open-module-hosts.ts';
import { printHostOutput } from './print-host-output.ts';
import type { Ports } from './step.ts';

/** The plan of one module, or why there is none. */
export type ModulePlan =
  | Omit<Extract<PlanResult, { readonly kind: 'planned' }>, 'output'>
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] };

export interface PlanWork {
  readonly subject: Subject;
  readonly sources: readonly ModuleSource[];
  readonly hosts: Pick<ModuleHosts, 'of'>;
}

/** Nothing else will be answered by a host of which one of these was said. */
const HOST_IS_LOST: ReadonlySet<ReasonCode> = new Set([
  'plan/host-unreachable',
  'plan/host-key',
  'host/nonsense',
  'host/unsupported',
]);

/**
 * Plans every module: hosts side by side, the modules of one host one after
 * the other over its one connection. In the order of the sources.
 */
export async function planModules(
  work: PlanWork,
  ports: Ports,
): Promise<readonly ModulePlan[]> {
  const byHost = groupByHost(work.sources);
  const plans = new Map<string, ModulePlan>();
  await Promise.all(
    byHost.map(async (sources) => {
      let lost: Finding | undefined;
      for (const source of sources) {
        const plan = lost
          ? refused([{ ...lost, module: source.id }])
          : await planModule(work, source, ports);
        plans.set(source.id, plan);
        if (plan.kind === 'refused') lost = plan.findings.find(isHostLost);
      }
    }),
  );
  return work.sources.flatMap(({ id }) => plans.get(id) ?? []);
}

function groupByHost(
  sources: readonly ModuleSource[],
): readonly (readonly ModuleSource[])[] {
  const names = new Set(sources.map(({ manifest }) => manifest.host));
  return [...names].map((name) =>
    sources.filter(({ manifest }) => manifest.host === name),
  );
}

function isHostLost({ code }: Finding): boolean {
  return HOST_IS_LOST.has(code);
}

async function planModule(
  work: PlanWork,
  source: ModuleSource,
  ports: Ports,
): Promise<ModulePlan> {
  const { id, manifest } = source;
  const driver = await loadDriver(manifest.driver);
  const { head, policy, repository } = work.subject;
  const read = await readRelease(repository, {
    sha: head,
    manifest,
    policy,
    entries: source.entries,
    asBefore: work.subject.rollback !== undefined,
  });
  if (!read.ok) return refused(read.findings);
  const result = await driver.plan({
    host: work.hosts.of(source),
    release: read.release,
    policy,
    createdAt: ports.clock.now().toISOString(),
  });
  return judge(id, result, ports);
}

function judge(id: string, result: PlanResult, ports: Ports): ModulePlan {
  printHostOutput(id, result.output, ports);
  if (result.kind === 'refused') {
    const findings = [result.refusal, ...(result.others ?? [])];
    return refused(findings.map((each) => ({ ...each, module: id })));
  }
  if (result.plan.exit_code !== 2) {
    const { output: _, ...planned } = result;
    return planned;
  }
  const reason = `The plan of ${id} says that it could not be made`;
  return refused([finding('plan/error', reason, { module: id })]);
}

function refused(findings: readonly Finding[]): ModulePlan {
  return { kind: 'refused', findings };
}

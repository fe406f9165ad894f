import { describeWould } from '../../apply/describe-would.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { judgeAcknowledgement } from '../../gates/apply-readiness/judge-acknowledgement.ts';
import { askAcknowledged } from '../../host/acknowledgement.ts';
import type { HostSession } from '../../host/host-session.ts';
import {
  type Acknowledged,
  acknowledgedSchema,
} from '../../model/acknowledged.ts';
import { ActionError } from '../../model/errors.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { Subject } from '../../repository/subject.ts';
import { describeRun } from '../describe-run.ts';
import { isByHand } from '../is-by-hand.ts';
import type { ModuleHosts } from '../open-module-hosts.ts';
import { recordAcknowledgement } from '../record-acknowledgement.ts';
import type { Ports } from '../step.ts';
import type { ReadyModule } from './check-before-apply.ts';
import { readToldByHosts } from './told-by-hosts.ts';

interface FirstChanges {
  readonly subject: Subject;
  readonly modules: readonly ReadyModule[];
  readonly hosts: ModuleHosts;
  readonly log: AuditLog;
  /** The host that was typed in the dispatch. */
  readonly named: string | undefined;
}

/**
 * Modules whose host nobody let us change yet, and why they wait. A host that
 * a person names is acknowledged here, on record.
 */
export async function acknowledgeHosts(
  work: FirstChanges,
  ports: Ports,
): Promise<ReadonlyMap<string, Finding>> {
  const blocked = new Map<string, Finding>();
  const told = new Map<string, Acknowledged | Finding>(
    readToldByHosts(ports, 'acknowledged', acknowledgedSchema),
  );
  for (const module of work.modules) {
    const held = await settle(work, { module, told }, ports);
    const { id } = module.source;
    if (held) blocked.set(id, { ...held, module: id });
  }
  return blocked;
}

async function settle(
  work: FirstChanges,
  asked: {
    readonly module: ReadyModule;
    /** What a host says, or why it cannot be asked: once is enough. */
    readonly told: Map<string, Acknowledged | Finding>;
  },
  ports: Ports,
): Promise<Finding | undefined> {
  const { source, plan } = asked.module;
  const host = work.hosts.of(source);
  const judge = (acknowledged: Acknowledged) =>
    judgeAcknowledgement(
      {
        ...{ module: source.id, host: host.name, acknowledged },
        marker: `${host.policy.runtime_root}/.acknowledged`,
        would: describeWould(plan),
      },
      { person: isByHand(ports, work.subject.policy), named: work.named },
    );
  // Of a plan that was made elsewhere the host is asked here.
  let said =
    asked.told.get(host.name) ?? (await askAcknowledged(host).catch(toFinding));
  if (typeof said === 'string' && judge(said) === 'acknowledge-now') {
    said = await acknowledge(work, host, ports).catch(toFinding);
  }
  asked.told.set(host.name, said);
  if (typeof said !== 'string') return said;
  const judged = judge(said);
  return typeof judged === 'string' ? undefined : judged;
}

async function acknowledge(
  { subject, log }: FirstChanges,
  host: HostSession,
  ports: Ports,
): Promise<Acknowledged> {
  const by = describeRun(ports, subject.policy);
  const reason = `acknowledge_host: ${host.name}`;
  const said = await recordAcknowledgement({ host, reason, by, log }, ports);
  ports.print(`${by.actor} acknowledged that ${host.name} may be changed`);
  return said;
}

function toFinding(error: unknown): Finding {
  if (!(error instanceof ActionError)) throw error;
  const { code, message, remedy } = error;
  return finding(code, message, { remedy });
}

import type { RecordResult } from '../../drivers/driver.ts';
import { loadDriver } from '../../drivers/load-driver.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { readRelease } from '../../repository/release.ts';
import type { Subject } from '../../repository/subject.ts';
import type { ModuleHosts } from '../open-module-hosts.ts';
import type { Ports } from '../step.ts';
import type { ReadyModule } from './check-before-apply.ts';

interface ExplainRequest {
  readonly subject: Subject;
  readonly modules: readonly ReadyModule[];
  readonly hosts: ModuleHosts;
}

/**
 * Asks the hosts how attempts ended of which we do not know it. One that stays
 * unexplained blocks its module: trying again could be the second blow.
 */
export async function findUnexplained(
  { subject, modules, hosts }: ExplainRequest,
  ports: Ports,
): Promise<ReadonlyMap<string, Finding>> {
  const blocked = new Map<string, Finding>();
  for (const module of modules) {
    if (module.status?.last_apply_result !== 'unknown') continue;
    const explained = await explain(module, { subject, hosts });
    if (typeof explained === 'string') ports.print(explained);
    else blocked.set(module.source.id, explained);
  }
  return blocked;
}

/** How the attempt ended, in words; or why nobody can say. */
async function explain(
  { source, status }: ReadyModule,
  { subject, hosts }: Pick<ExplainRequest, 'subject' | 'hosts'>,
): Promise<Finding | string> {
  const { id, manifest, entries } = source;
  const record = status?.attempt;
  if (!record) return unknown(id, 'the status does not name its record');
  if (status.last_apply_host !== manifest.host) {
    const where = status.last_apply_host;
    return unknown(id, `its record is on another host, ${where}`);
  }
  const { head: sha, policy, repository } = subject;
  const driver = await loadDriver(manifest.driver);
  const read = await readRelease(repository, {
    sha,
    manifest,
    policy,
    entries,
  });
  if (!driver || !read.ok) {
    return unknown(id, 'it cannot be asked for any more');
  }
  const host = hosts.of(source);
  const { release } = read;
  const answer = await driver.readRecord({ host, release, record });
  return judge(id, record, answer);
}

function judge(
  id: string,
  record: string,
  answer: RecordResult,
): Finding | string {
  switch (answer.kind) {
    case 'absent':
      return `${id}: the attempt before, ${record}, never began`;
    case 'running':
      return unknown(
        id,
        `${record} is still at it (${answer.phase})`,
        'Wait until it has ended, then run the lane again.',
      );
    case 'refused':
      return { ...answer.refusal, module: id };
    case 'ended':
      return answer.ending.result === 'unknown'
        ? unknown(
            id,
            answer.ending.finding.reason,
            `${answer.ending.finding.remedy}. Once the module is as it should be, remove that file and run the lane again.`,
          )
        : `${id}: the attempt before, ${record}, ended as ${answer.ending.result}`;
  }
}

function unknown(id: string, why: string, remedy?: string): Finding {
  return finding('apply/unknown', `The attempt before on ${id}: ${why}`, {
    module: id,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

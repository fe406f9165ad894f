import type { BackupSubject } from '../backup/backup-subject.ts';
import { checkSettings } from '../backup/check-settings.ts';
import { ActionError } from '../model/errors.ts';
import { backupRootOf } from '../model/policy-defaults.ts';
import type { Finding } from '../model/verdict.ts';
import {
  type ModuleSource,
  readModuleSources,
} from '../repository/module-sources.ts';
import { moduleTree } from '../repository/module-tree.ts';
import type { Subject } from '../repository/subject.ts';
import { type HostsRequest, openModuleHosts } from './open-module-hosts.ts';
import type { Ports } from './step.ts';

interface SubjectRequest {
  readonly subject: Subject;
  readonly module: string;
  readonly inputs: HostsRequest['inputs'];
}

/** Does some work on the backups of one module, with its host open. */
export async function withBackupSubject<Result>(
  request: SubjectRequest,
  ports: Ports,
  work: (subject: BackupSubject, source: ModuleSource) => Promise<Result>,
): Promise<Result> {
  const { inputs, subject } = request;
  const read = await readModuleSources(subject, [request.module]);
  if (!read.ok) throw refusalOf(read.findings[0]);
  const [source] = read.sources;
  if (!source) throw new TypeError(`no source of ${request.module}`);
  const hosts = await openModuleHosts(
    { subject, sources: [source], inputs },
    ports,
  );
  try {
    const opened = openBackupSubject(subject, source, hosts.of(source));
    return await work(opened, source);
  } finally {
    await hosts.close();
  }
}

/** The backups of a module; refused where its manifest says nothing of them. */
export function openBackupSubject(
  { head, policy }: Subject,
  source: ModuleSource,
  host: BackupSubject['host'],
): BackupSubject {
  const { entries, id, manifest } = source;
  const refusal = checkSettings(manifest);
  if (refusal || !manifest.backup) throw refusalOf(refusal);
  return {
    host,
    release: {
      module: id,
      manifest,
      folder: `${policy.modules_dir}/${id}`,
      sha: head,
      tree: moduleTree(entries),
    },
    settings: manifest.backup,
    backupRoot: backupRootOf(policy, source.host),
  };
}

/** A finding that ends the step. */
export function refusalOf(found: Finding | undefined): Error {
  if (!found) return new TypeError('a refusal without a reason');
  const { code, reason, remedy } = found;
  return new ActionError(code, reason, { remedy });
}

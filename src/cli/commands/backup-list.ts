import { openModuleHosts } from '../../actions/open-module-hosts.ts';
import { openBackupSubject } from '../../actions/with-backup-subject.ts';
import type { BackupSubject } from '../../backup/backup-subject.ts';
import { checkSettings } from '../../backup/check-settings.ts';
import { describeOutlook, megabytes } from '../../backup/describe-outlook.ts';
import { listBackups } from '../../backup/list-backups.ts';
import { lookAtBackup } from '../../backup/look-at-backup.ts';
import { ActionError } from '../../model/errors.ts';
import {
  exitStatusOfVerdict,
  type Finding,
  passVerdict,
  refuseVerdict,
} from '../../model/verdict.ts';
import { readManifests } from '../../repository/manifests.ts';
import {
  type ModuleSource,
  readModuleSources,
} from '../../repository/module-sources.ts';
import type { Subject } from '../../repository/subject.ts';
import type { Terminal } from '../terminal.ts';
import { withBackupRun } from '../with-backup-run.ts';
import type { RepositoryOptions } from './options.ts';

interface ListOptions extends RepositoryOptions {
  readonly sshKeyFile?: string;
  readonly candidates?: boolean;
}

/** One module of the list, as --json shows it. */
interface Listed {
  readonly module: string;
  readonly lines: readonly string[];
  readonly found: unknown;
  readonly refusal: Finding | undefined;
}

/**
 * Shows the backups of every stateful module, or of one; with --candidates
 * whether one could be taken now. Exit 0 where each could be looked at.
 */
export function backupList(module: string | undefined, options: ListOptions) {
  return (terminal: Terminal): Promise<number> =>
    withBackupRun(options, terminal, async ({ inputs, run, subject }) => {
      const read = await subject();
      const sources = await readSources(read, module);
      const hosts = await openModuleHosts(
        { subject: read, sources, inputs },
        run.ports,
      );
      const listed: Listed[] = [];
      for (const source of sources) {
        const host = hosts.of(source);
        const one = await listOne(
          source,
          () => openBackupSubject(read, source, host),
          options.candidates ? run.ports.clock.now() : undefined,
        );
        for (const line of one.lines) terminal.line(line);
        listed.push(one);
      }
      await hosts.close();
      return conclude(listed, options, read.head, terminal);
    });
}

/** The modules that are stateful at head and can be read, or the one named. */
async function readSources(
  subject: Subject,
  module: string | undefined,
): Promise<readonly ModuleSource[]> {
  const { head, policy, repository } = subject;
  const manifests = await readManifests(repository, head, policy);
  const stateful = [...manifests].flatMap(([id, result]) =>
    result.ok && result.value.stateful ? [id] : [],
  );
  const sources = await readModuleSources(
    subject,
    module === undefined ? stateful : [module],
  );
  if (sources.ok) return sources.sources;
  const [{ code, reason, remedy }] = sources.findings;
  throw new ActionError(code, reason, { remedy });
}

async function listOne(
  source: ModuleSource,
  open: () => BackupSubject,
  candidateAt: Date | undefined,
): Promise<Listed> {
  const unset = checkSettings(source.manifest);
  if (unset) return { ...refusedOne(source.id, unset), refusal: undefined };
  const subject = open();
  if (candidateAt) {
    const outlook = await lookAtBackup(subject, candidateAt);
    const lines = describeOutlook(outlook);
    return { module: source.id, lines, found: outlook, refusal: undefined };
  }
  const result = await listBackups(subject);
  if (result.kind === 'refused') return refusedOne(source.id, result.refusal);
  const { backups } = result;
  const lines = backups.map(({ path, receipt }) => {
    const said = receipt
      ? `${megabytes(receipt.size)}, ${receipt.consistency}${receipt.adopted ? ', adopted' : ''}, restored ${receipt.verified_at ?? 'never'}`
      : 'no receipt';
    return `${path} (${said})`;
  });
  return {
    module: source.id,
    lines: lines.length === 0 ? [`${source.id}: no backup`] : lines,
    found: backups,
    refusal: undefined,
  };
}

function refusedOne(module: string, refusal: Finding): Listed {
  const line = `${module}: ${refusal.code}: ${refusal.reason}`;
  return { module, lines: [line], found: [], refusal };
}

function conclude(
  listed: readonly Listed[],
  options: ListOptions,
  sha: string,
  terminal: Terminal,
): number {
  const about = { gate: 'backup-list', sha };
  const [first, ...others] = listed.flatMap(({ refusal }) => refusal ?? []);
  const what = options.candidates ? 'candidates' : 'backups';
  const verdict = first
    ? refuseVerdict(about, [first, ...others])
    : passVerdict(
        about,
        'backup/listed',
        `${listed.length} modules were looked at`,
      );
  terminal.verdict(verdict);
  terminal.document({ verdict, [what]: listed.flatMap(({ found }) => found) });
  return exitStatusOfVerdict(verdict);
}

import { withBackupSubject } from '../../actions/with-backup-subject.ts';
import type { BackupSubject } from '../../backup/backup-subject.ts';
import { checkBackup } from '../../backup/check-backup.ts';
import { judgeBackup } from '../../gates/stateful/judge-backup.ts';
import {
  exitStatusOfVerdict,
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import {
  type NamedBackup,
  readNamedBackup,
  requireBackupRoot,
} from '../named-backup.ts';
import type { Terminal } from '../terminal.ts';
import { withBackupRun } from '../with-backup-run.ts';
import type { RepositoryOptions } from './options.ts';

interface VerifyOptions extends RepositoryOptions {
  readonly sshKeyFile?: string;
}

const GATE = 'backup-verify';

/** Checks a backup as the gate does. */
export function backupVerify(path: string, options: VerifyOptions) {
  const named = readNamedBackup(path);
  return (terminal: Terminal): Promise<number> =>
    withBackupRun(options, terminal, async ({ inputs, run, subject }) => {
      const read = await subject();
      const verdict = await withBackupSubject(
        { subject: read, module: named.module, inputs },
        run.ports,
        (backups) => verify(backups, named),
      );
      terminal.verdict(verdict);
      terminal.document({ verdict });
      return exitStatusOfVerdict(verdict);
    });
}

async function verify(
  backups: BackupSubject,
  named: NamedBackup,
): Promise<Verdict> {
  requireBackupRoot(named, backups.backupRoot);
  const about = { gate: GATE, sha: backups.release.sha };
  const checked = await checkBackup(backups, named.file);
  if (checked.kind === 'refused')
    return refuseVerdict(about, [checked.refusal]);
  const judgement = judgeBackup(checked.found, {
    module: named.module,
    host: backups.host.name,
    class: backups.settings.class,
    path: named.path,
  });
  if (!judgement.ok) {
    const [first, ...others] = judgement.problems.map(({ code, reason }) =>
      finding(code, reason, { module: named.module }),
    );
    if (!first) throw new TypeError('refused without a problem');
    return refuseVerdict(about, [first, ...others]);
  }
  const { receipt } = judgement;
  return passVerdict(
    about,
    'backup/verified',
    `${named.path} is what its receipt says: ${receipt.size} bytes, SHA-256 ${receipt.sha256}`,
    { modules: [named.module], evidence: { receipt } },
  );
}

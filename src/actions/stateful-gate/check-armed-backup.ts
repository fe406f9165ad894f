import { checkBackup } from '../../backup/check-backup.ts';
import { judgeBackup } from '../../gates/stateful/judge-backup.ts';
import type { HostCheck } from '../../gates/stateful/require-receipt.ts';
import { ActionError } from '../../model/errors.ts';
import { finding } from '../../model/verdict.ts';
import type { Subject } from '../../repository/subject.ts';
import type { HostsRequest } from '../open-module-hosts.ts';
import type { Ports } from '../step.ts';
import { withBackupSubject } from '../with-backup-subject.ts';

interface ArmedBackup {
  readonly subject: Subject;
  readonly module: string;
  /** Its path, whose name was judged already. */
  readonly path: string;
  readonly inputs: HostsRequest['inputs'];
}

/** Looks at the backup that arms a module, on the host of the module. */
export async function checkArmedBackup(
  armed: ArmedBackup,
  ports: Ports,
): Promise<HostCheck> {
  const { module, path } = armed;
  try {
    return await withBackupSubject(armed, ports, async (backups) => {
      const file = path.slice(path.lastIndexOf('/') + 1);
      const checked = await checkBackup(backups, file);
      if (checked.kind === 'refused') return checked;
      const judgement = judgeBackup(checked.found, {
        module,
        host: backups.host.name,
        class: backups.settings.class,
        path,
      });
      return { kind: 'judged', judgement };
    });
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    const { code, message, remedy } = error;
    const refusal = finding(code, message, { module, remedy });
    return { kind: 'refused', refusal };
  }
}

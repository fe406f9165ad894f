import { backupBeforeApplyStep } from '../../actions/backup-before-apply/run.ts';
import { executeStep } from '../../actions/step.ts';
import { outcomeDocument, type Terminal } from '../terminal.ts';
import { withBackupRun } from '../with-backup-run.ts';
import { commonInputs, type RepositoryOptions } from './options.ts';

interface TakeOptions extends RepositoryOptions {
  readonly sshKeyFile?: string;
  readonly dryRun?: boolean;
}

/** Takes a backup of one module, as the action does. */
export function backupTake(module: string, options: TakeOptions) {
  return (terminal: Terminal): Promise<number> =>
    withBackupRun(options, terminal, async ({ run }) => {
      const outcome = await executeStep(
        backupBeforeApplyStep,
        {
          ...commonInputs(options),
          module,
          'dry-run': options.dryRun ? 'true' : 'false',
        },
        run.ports,
      );
      terminal.verdict(outcome.verdict);
      terminal.document(outcomeDocument(outcome));
      return outcome.exitStatus;
    });
}

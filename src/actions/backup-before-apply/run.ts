import type { BackupSubject } from '../../backup/backup-subject.ts';
import { describeOutlook } from '../../backup/describe-outlook.ts';
import { lookAtBackup } from '../../backup/look-at-backup.ts';
import { type TakeResult, takeBackup } from '../../backup/take-backup.ts';
import { formatConfirmation } from '../../gates/stateful/confirmation.ts';
import { ActionError } from '../../model/errors.ts';
import { modeOf } from '../../model/policy-defaults.ts';
import {
  passVerdict,
  refuseVerdict,
  type Verdict,
  type VerdictSubject,
} from '../../model/verdict.ts';
import { readSubject, type Subject } from '../../repository/subject.ts';
import { recordBackup } from '../record-backup.ts';
import type { Ports, Step, StepOutcome } from '../step.ts';
import { withBackupSubject } from '../with-backup-subject.ts';
import { type BackupInputs, parseBackupInputs } from './inputs.ts';

const NAME = 'backup-before-apply';

/** What a step hands out that took no backup: it arms nothing. */
const NO_BACKUP = { 'backup-ref': '', 'stateful-confirm': '' };

/** Takes a backup of one module on its host, with a receipt beside it. */
export const backupBeforeApplyStep: Step = {
  name: NAME,
  inputs: {
    module: '',
    'dry-run': 'false',
    sha: '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'ssh-key': '',
    'ssh-key-file': '',
    'state-ssh-key': '',
  },
  outputs: ['backup-ref', 'stateful-confirm'],
  run: async (raw, ports) => {
    const inputs = parseBackupInputs(raw);
    const subject = await readSubject(ports, inputs);
    // A change that nobody merged has no say in what is read, or stands still.
    if (subject.event.name === 'pull_request') {
      throw new ActionError(
        'scope/event-not-supported',
        'A pull request takes no backup',
      );
    }
    const { module } = inputs;
    return withBackupSubject(
      { subject, module, inputs },
      ports,
      (backups, source) => {
        const observed = modeOf(subject.policy, source.host) === 'observe';
        return inputs.dryRun || observed
          ? look(backups, { subject, observed: !inputs.dryRun }, ports)
          : take(backups, { subject, inputs }, ports);
      },
    );
  },
};

async function look(
  backups: BackupSubject,
  { observed, subject }: { observed: boolean; subject: Subject },
  ports: Ports,
): Promise<StepOutcome> {
  const outlook = await lookAtBackup(backups, ports.clock.now());
  const lines = describeOutlook(outlook);
  for (const line of lines) ports.print(line);
  const about: VerdictSubject = { gate: NAME, sha: subject.head };
  const evidence = { outlook: { ...outlook, refusal: undefined } };
  const verdict = outlook.refusal
    ? refuseVerdict(about, [outlook.refusal], evidence)
    : passVerdict(
        about,
        observed ? 'backup/observed' : 'backup/ready',
        `Nothing was written; a backup of ${outlook.module} would be ${outlook.writes}`,
        { evidence },
      );
  return { verdict, outputs: NO_BACKUP };
}

async function take(
  backups: BackupSubject,
  { inputs, subject }: { inputs: BackupInputs; subject: Subject },
  ports: Ports,
): Promise<StepOutcome> {
  const { clock, context } = ports;
  const run = context.identity;
  const result = await takeBackup({ subject: backups, run, clock });
  const about: VerdictSubject = { gate: NAME, sha: subject.head };
  if (result.kind === 'refused') {
    const verdict = refuseVerdict(about, [result.refusal]);
    return { verdict, outputs: NO_BACKUP };
  }
  await recordBackup({ action: 'taken', ...result }, inputs, ports);
  const confirmation = formatConfirmation(inputs.module, subject.head);
  for (const line of pastedLines(inputs.module, result.path, confirmation)) {
    ports.print(line);
  }
  return {
    verdict: tell(about, result),
    outputs: { 'backup-ref': result.path, 'stateful-confirm': confirmation },
  };
}

/** The dispatch that this backup goes with, ready to be pasted. */
function pastedLines(
  module: string,
  path: string,
  confirmation: string,
): readonly string[] {
  return [
    `module: ${module}`,
    "allow_stateful: 'true'",
    `backup_ref: ${path}`,
    `stateful_confirm: ${confirmation}`,
  ];
}

function tell(
  about: VerdictSubject,
  { path, receipt }: Extract<TakeResult, { kind: 'taken' }>,
): Verdict {
  const { consistency, size, sha256 } = receipt;
  return passVerdict(
    about,
    'backup/taken',
    `${receipt.module}: ${path} has ${size} bytes (${consistency}, SHA-256 ${sha256})`,
    { modules: [receipt.module], evidence: { path, receipt } },
  );
}

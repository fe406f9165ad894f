import type { BackupSuffix } from '../../model/backup-name.ts';
import type { LaneEvent } from '../../model/event.ts';
import {
  type Finding,
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { formatConfirmation, isConfirmation } from './confirmation.ts';
import {
  formatBackupReference,
  parseBackupReference,
} from './parse-backup-reference.ts';

export const STATEFUL_GATE = 'stateful-gate';

/** One module that was asked for, as git and the state branch know it. */
export interface AskedModule {
  readonly id: string;
  /** True if head, base or the last applied commit says so. */
  readonly stateful: boolean;
  /** Which of them say so, for the reason. */
  readonly statefulAt: readonly string[];
  /** Folder of the backups on its host. */
  readonly backupRoot: string;
  /** How a backup of its class usually ends. */
  readonly backupSuffix: BackupSuffix;
}

export interface StatefulFacts {
  readonly sha: string;
  readonly event: LaneEvent['name'];
  readonly actor: string;
  /** False where the actor is an account that is never a person. */
  readonly actorIsPerson: boolean;
  readonly modules: readonly AskedModule[];
  readonly allowStateful: boolean;
  readonly backupRef: string | undefined;
  readonly confirmation: string | undefined;
  readonly maxAgeMs: number;
  readonly now: Date;
}

/**
 * Decides whether the modules may go on. Without a stateful one among them
 * there is nothing to decide; with one, every condition of the override must
 * hold, and all that do not are told at once.
 */
export function decideStateful(facts: StatefulFacts): Verdict {
  const subject = { gate: STATEFUL_GATE, sha: facts.sha };
  const stateful = facts.modules.filter((module) => module.stateful);
  const evidence = describeFacts(facts, stateful);
  const [only] = stateful;
  if (!only) {
    const modules = facts.modules.map((module) => module.id);
    return passVerdict(subject, 'stateful/none', describeNone(modules), {
      modules,
      evidence,
    });
  }
  const [first, ...others] = facts.allowStateful
    ? findOverrideProblems(facts, stateful, only)
    : stateful.map((module) => blocked(module, facts));
  if (first) return refuseVerdict(subject, [first, ...others], evidence);
  return passVerdict(
    subject,
    'stateful/armed',
    `${only.id} was armed by ${JSON.stringify(facts.actor)} with the backup ${facts.backupRef}; only a plan that is in sync may go on`,
    { modules: [only.id], evidence },
  );
}

function blocked(module: AskedModule, facts: StatefulFacts): Finding {
  const where = module.statefulAt.join(', ');
  return finding(
    'stateful/blocked',
    `${module.id} is stateful${where === '' ? '' : ` (${where})`} and may not be applied without the override`,
    { module: module.id, remedy: dispatchRemedy(module, facts) },
  );
}

function findOverrideProblems(
  facts: StatefulFacts,
  stateful: readonly AskedModule[],
  only: AskedModule,
): readonly Finding[] {
  const found: Finding[] = [];
  const byHand = facts.event === 'workflow_dispatch';
  if (!byHand || !facts.actorIsPerson) {
    const reason = byHand
      ? `${JSON.stringify(facts.actor)} is not a person, and only a person can arm ${only.id}`
      : `${only.id} is stateful, and a run of the event ${facts.event} can never arm it`;
    found.push(
      finding('stateful/not-manual', reason, {
        module: only.id,
        remedy: dispatchRemedy(only, facts),
      }),
    );
  }
  if (facts.modules.length > 1) found.push(notSingle(facts, stateful, only));
  // With several, nobody can tell which of them the words were meant for.
  if (stateful.length > 1) return found;
  return [...found, ...findWordProblems(facts, only)];
}

function notSingle(
  facts: StatefulFacts,
  stateful: readonly AskedModule[],
  only: AskedModule,
): Finding {
  const names = (modules: readonly AskedModule[]) =>
    modules.map((module) => module.id).join(', ');
  return finding(
    'stateful/not-single',
    `A stateful module is applied alone; asked for were ${names(facts.modules)}, of which stateful: ${names(stateful)}`,
    { remedy: dispatchRemedy(only, facts) },
  );
}

/** What is wrong with the backup named and with the line typed. */
function findWordProblems(
  facts: StatefulFacts,
  only: AskedModule,
): readonly Finding[] {
  const backup = parseBackupReference(facts.backupRef, {
    module: only.id,
    backupRoot: only.backupRoot,
    now: facts.now,
    maxAgeMs: facts.maxAgeMs,
  });
  const found = backup.problems.map(({ code, reason }) =>
    finding(code, reason, {
      module: only.id,
      remedy: `Take a backup of ${only.id} now, as ${backupTemplate(only, facts)}, and give that path as backup_ref.`,
    }),
  );
  if (!isConfirmation(facts.confirmation, only.id, facts.sha)) {
    found.push(
      finding(
        'stateful/confirm-mismatch',
        `stateful_confirm is ${JSON.stringify(facts.confirmation ?? '')}, which does not confirm ${only.id} at ${facts.sha}`,
        {
          module: only.id,
          remedy: `Give stateful_confirm: ${formatConfirmation(only.id, facts.sha)}`,
        },
      ),
    );
  }
  return found;
}

/** The dispatch that would arm one module, with every input to paste. */
function dispatchRemedy(module: AskedModule, facts: StatefulFacts): string {
  const inputs = [
    `module: ${module.id}`,
    "allow_stateful: 'true'",
    `backup_ref: ${backupTemplate(module, facts)}`,
    `stateful_confirm: ${formatConfirmation(module.id, facts.sha)}`,
  ];
  return `Take a backup of ${module.id} to the path below, then dispatch the lane by hand with\n${inputs.join('\n')}`;
}

function backupTemplate(module: AskedModule, facts: StatefulFacts): string {
  const place = { module: module.id, backupRoot: module.backupRoot };
  return formatBackupReference(place, facts.now, module.backupSuffix);
}

function describeNone(modules: readonly string[]): string {
  return modules.length === 0
    ? 'No module was asked for'
    : `None of ${modules.join(', ')} is stateful`;
}

function describeFacts(facts: StatefulFacts, stateful: readonly AskedModule[]) {
  return {
    event: facts.event,
    actor: facts.actor,
    modules: facts.modules.map((module) => module.id),
    stateful: Object.fromEntries(
      stateful.map((module) => [module.id, module.statefulAt]),
    ),
    allow_stateful: facts.allowStateful,
    backup_ref: facts.backupRef ?? null,
    stateful_confirm: facts.confirmation ?? null,
    max_age_ms: facts.maxAgeMs,
  };
}

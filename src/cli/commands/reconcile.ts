import { describeRun } from '../../actions/describe-run.ts';
import { openModuleHosts } from '../../actions/open-module-hosts.ts';
import { recordReconciled } from '../../actions/record-reconciled.ts';
import { closeHosts } from '../../adapters/transport/open-host.ts';
import { endless, explainAttempt } from '../../apply/explain-attempt.ts';
import type { OpenAttempt } from '../../apply/open-attempt.ts';
import { readOpenAttempts } from '../../apply/read-open-attempts.ts';
import {
  describeReconciled,
  type Ending,
  type Reconciled,
} from '../../apply/reconciled.ts';
import { ActionError, InputError } from '../../model/errors.ts';
import { isModuleId } from '../../model/identifiers.ts';
import {
  exitStatusOfVerdict,
  type Finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { openRepositoryAudit } from '../../repository/repository-audit.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import { readStatus } from '../../state/status-store.ts';
import { openRemoteState, type RemoteState } from '../git-log.ts';
import type { Terminal } from '../terminal.ts';
import type { RepositoryOptions } from './options.ts';

export interface ReconcileOptions extends RepositoryOptions {
  /** What became of it, where the host cannot say it. */
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly sshKeyFile?: string;
}

const MAX_REASON_CHARACTERS = 1_000;

/**
 * Finds out what became of attempts of a module that nobody saw end, from the
 * host's own record, and puts it on record: its next apply may go on then.
 */
export function reconcile(module: string, options: ReconcileOptions) {
  return async (terminal: Terminal): Promise<number> => {
    checkInputs(module, options);
    const state = await openRemoteState(options, terminal);
    try {
      const open = await readOpen(module, await state.store.fetch());
      const { known, findings } = await explainAll(open, state, options);
      for (const each of known) terminal.line(describeReconciled(each));
      const verdict = judge(module, { known, findings }, options);
      if (verdict.decision === 'pass' && !options.dryRun) {
        await writeDown(module, known, state);
      }
      terminal.verdict(verdict);
      terminal.document({ verdict, attempts: known.map(documentOf) });
      return exitStatusOfVerdict(verdict);
    } finally {
      await closeHosts(state.run.ports.context.folder(), state.run.ports.exec);
      state.close();
    }
  };
}

function checkInputs(module: string, { reason }: ReconcileOptions): void {
  if (!isModuleId(module)) {
    throw new InputError('<module>', module, 'the id of a module');
  }
  if (reason === undefined) return;
  if (reason.trim() === '' || reason.length > MAX_REASON_CHARACTERS) {
    const allowed = `1 to ${MAX_REASON_CHARACTERS} characters`;
    throw new InputError('--reason', reason.slice(0, 100), allowed);
  }
}

async function readOpen(
  module: string,
  snapshot: StateSnapshot,
): Promise<OpenAttempt[]> {
  const status = await readStatus(snapshot, module);
  const open = (await readOpenAttempts(snapshot)).filter(
    (attempt) => attempt.module === module,
  );
  if (status !== undefined || open.length > 0) return open;
  throw new ActionError(
    'scope/unknown-module',
    `${module}: the state branch knows no such module`,
    { remedy: 'List those that it knows: apply-gates status' },
  );
}

interface Explained {
  readonly known: readonly Reconciled[];
  readonly findings: readonly Finding[];
}

async function explainAll(
  open: readonly OpenAttempt[],
  { place, run }: RemoteState,
  { dryRun, reason, sshKeyFile }: ReconcileOptions,
): Promise<Explained> {
  const inputs = { token: undefined, sshKey: undefined, sshKeyFile };
  const also = open.map(({ host }) => host);
  const request = { subject: place, sources: [], also, inputs };
  const hosts = await openModuleHosts(request, run.ports);
  const known: Reconciled[] = [];
  const findings: Finding[] = [];
  try {
    for (const attempt of open) {
      const host = hosts.named(attempt.host);
      const found = host
        ? await explainAttempt(attempt, host, { looking: dryRun === true })
        : endless(attempt, `the policy has no host ${attempt.host} any more`);
      if (found.kind === 'ended') {
        known.push({ attempt, ending: found.ending });
      } else if (found.kind === 'endless' && reason !== undefined) {
        known.push({ attempt, ending: { stated: reason } });
      } else {
        findings.push(found.finding);
      }
    }
  } finally {
    await hosts.close();
  }
  return { known, findings };
}

function judge(
  module: string,
  { known, findings }: Explained,
  { dryRun }: ReconcileOptions,
): Verdict {
  const about = { gate: 'reconcile', sha: '' };
  const [first, ...others] = findings;
  if (first) return refuseVerdict(about, [first, ...others]);
  if (known.length === 0) {
    const reason = `Every attempt on ${module} that is on record has an end`;
    return passVerdict(about, 'apply/settled', reason);
  }
  const reason = dryRun
    ? 'This would be put on record; nothing was written'
    : `It is on record; the next apply of ${module} may go on`;
  return passVerdict(about, 'apply/reconciled', reason);
}

async function writeDown(
  module: string,
  known: readonly Reconciled[],
  { run, state, place }: RemoteState,
): Promise<void> {
  await recordReconciled(
    { known, dead: [] },
    {
      log: openRepositoryAudit(run.ports, state, []),
      by: describeRun(run.ports, place.policy),
      message: `audit: reconcile ${module}`,
    },
  );
}

function documentOf({ attempt, ending }: Reconciled) {
  const { module, host, sha, record, run, since } = attempt;
  return { module, host, sha, record, run, since, ending: tell(ending) };
}

/** What the commands printed is for the log of the lane. */
function tell(ending: Ending) {
  if (typeof ending !== 'object' || !('output' in ending)) return ending;
  const { output: _, ...told } = ending;
  return told;
}

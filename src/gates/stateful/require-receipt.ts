import {
  type Finding,
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import type { BackupJudgement } from './judge-backup.ts';

/** What was found out about the backup that armed a module, on its host. */
export type HostCheck =
  /** The policy does not ask for it, or nothing is to be applied. */
  | { readonly kind: 'name-only'; readonly why: string }
  | { readonly kind: 'refused'; readonly refusal: Finding }
  | { readonly kind: 'judged'; readonly judgement: BackupJudgement };

/**
 * Holds an armed module to the receipt of its backup. What could not be looked
 * at is no receipt.
 */
export function requireReceipt(armed: Verdict, check: HostCheck): Verdict {
  const [module] = armed.modules;
  if (armed.code !== 'stateful/armed' || module === undefined) return armed;
  const about = { gate: armed.gate, sha: armed.sha };
  switch (check.kind) {
    case 'name-only':
      return {
        ...armed,
        reason: `${armed.reason}. Only the name of the backup was looked at: ${check.why}`,
      };
    case 'refused':
      return refuseVerdict(
        about,
        [unreadable(check.refusal, module)],
        armed.evidence,
      );
    case 'judged':
      break;
  }
  const { judgement } = check;
  if (judgement.ok) {
    const { receipt } = judgement;
    return passVerdict(
      about,
      'stateful/armed',
      `${armed.reason}. On the host it is what its receipt says: ${receipt.size} bytes, SHA-256 ${receipt.sha256}`,
      {
        modules: armed.modules,
        evidence: { ...armed.evidence, receipt },
      },
    );
  }
  const [first, ...others] = judgement.problems.map((problem) =>
    finding(problem.code, problem.reason, { module }),
  );
  if (!first) throw new TypeError('refused without a problem');
  return refuseVerdict(about, [first, ...others], armed.evidence);
}

/** Whatever kept us from looking, the backup was not seen. */
function unreadable(
  { code, reason, remedy }: Finding,
  module: string,
): Finding {
  return finding('stateful/backup-unreadable', `${reason} (${code})`, {
    module,
    remedy,
  });
}

import type { FoundBackup, FoundFile } from '../../backup/check-backup.ts';
import { parseReceipt, type Receipt } from '../../model/receipt.ts';
import type { Finding } from '../../model/verdict.ts';

type Problem = Pick<Finding, 'code' | 'reason'>;

/** What a backup on a host is held against. */
export interface JudgedBackup {
  readonly module: string;
  /** Name of the host in the policy. */
  readonly host: string;
  /** What the manifest says; undefined where it says nothing. */
  readonly class: string | undefined;
  /** Its path on the host, as it was named. */
  readonly path: string;
}

export type BackupJudgement =
  | { readonly ok: true; readonly receipt: Receipt }
  | { readonly ok: false; readonly problems: readonly [Problem, ...Problem[]] };

/**
 * Whether a backup on the host is the one its receipt speaks of, and whole.
 * The name was judged before; its time is the one that counts.
 */
export function judgeBackup(
  found: FoundBackup,
  judged: JudgedBackup,
): BackupJudgement {
  const [problem] = [
    ...judgeFile(found.file, judged.path, 'stateful/backup-missing'),
    ...judgeFile(
      found.receipt,
      `${judged.path}.receipt.json`,
      'stateful/backup-missing',
    ),
  ];
  if (problem) return { ok: false, problems: [problem] };
  const receipt = parseReceipt(found.receiptText);
  if (!receipt) {
    const reason = `${judged.path}.receipt.json is no receipt`;
    return refused([{ code: 'stateful/receipt-mismatch', reason }]);
  }
  const [first, ...others] = [
    ...judgeReceipt(receipt, judged),
    ...judgeContent(found, receipt, judged.path),
  ];
  return first ? refused([first, ...others]) : { ok: true, receipt };
}

/**
 * What keeps a backup that something else took from getting a receipt; nothing
 * where it may have one.
 */
export function judgeAdoption(
  found: FoundBackup,
  path: string,
): readonly Problem[] {
  const problems = judgeFile(found.file, path, 'stateful/backup-missing');
  if (problems.length > 0) return problems;
  if (found.receipt.kind !== 'missing') {
    const reason = `There is a ${path}.receipt.json already`;
    return [{ code: 'backup/exists', reason }];
  }
  return judgeForm(found, path);
}

function refused(problems: readonly [Problem, ...Problem[]]): BackupJudgement {
  return { ok: false, problems };
}

function judgeFile(
  { kind, mode, owned }: FoundFile,
  path: string,
  missing: Problem['code'],
): readonly Problem[] {
  const unreadable = (what: string): Problem[] => [
    { code: 'stateful/backup-unreadable', reason: `${path} ${what}` },
  ];
  switch (kind) {
    case 'missing':
      return [{ code: missing, reason: `The host has no ${path}` }];
    case 'symlink':
      return unreadable('is a symlink, and nobody follows it');
    case 'other':
      return unreadable('is no regular file');
    case 'unreadable':
      return unreadable('cannot be read by the user of the host');
    case 'file':
      if (!owned) return unreadable('belongs to another user of the host');
      return mode === '600'
        ? []
        : unreadable(`has the mode ${mode}, and not 600`);
  }
}

/** A receipt that was swapped with another says so. */
function judgeReceipt(
  receipt: Receipt,
  judged: JudgedBackup,
): readonly Problem[] {
  const name = judged.path.slice(judged.path.lastIndexOf('/') + 1);
  const stamp = receipt.taken_at.replace(/[-:]|\.\d+/g, '');
  const expected: readonly (readonly [string, string, string | undefined])[] = [
    ['module', receipt.module, judged.module],
    ['host', receipt.host, judged.host],
    ['class', receipt.class, judged.class],
    ['file', receipt.backup, name],
    ['time', `${receipt.module}-${stamp}`, name.replace(/\..*$/, '')],
  ];
  return expected
    .filter(([, said, wanted]) => wanted !== undefined && said !== wanted)
    .map(([what, said, wanted]) => ({
      code: 'stateful/receipt-mismatch',
      reason: `The receipt of ${judged.path} says ${what} ${JSON.stringify(said)}, not ${JSON.stringify(wanted)}`,
    }));
}

function judgeContent(
  found: FoundBackup,
  receipt: Receipt,
  path: string,
): readonly Problem[] {
  if (found.size !== receipt.size || found.sha256 !== receipt.sha256) {
    const reason = `${path} has ${found.size} bytes and the SHA-256 ${found.sha256}; its receipt says ${receipt.size} and ${receipt.sha256}`;
    return [{ code: 'stateful/backup-corrupt', reason }];
  }
  return judgeForm(found, path);
}

function judgeForm(found: FoundBackup, path: string): readonly Problem[] {
  switch (found.form) {
    case 'good':
      return [];
    case 'corrupt':
      return [
        {
          code: 'stateful/backup-corrupt',
          reason: `${path} is not whole: ${found.detail}`,
        },
      ];
    case 'unreadable':
      return [
        {
          code: 'stateful/backup-unreadable',
          reason: `${path} could not be checked: ${found.detail}`,
        },
      ];
  }
}

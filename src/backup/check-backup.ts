import { textOf } from '../drivers/host-problem.ts';
import { printable } from '../model/printable.ts';
import type { Finding } from '../model/verdict.ts';
import { backupProblem } from './backup-problem.ts';
import { askHost, type BackupSubject } from './backup-subject.ts';

/** One file as the host has it. */
export interface FoundFile {
  readonly kind: 'file' | 'missing' | 'symlink' | 'unreadable' | 'other';
  /** It belongs to the user who looks. */
  readonly owned: boolean;
  /** Octal, as `stat` prints it. */
  readonly mode: string;
}

/** A backup and its receipt, as the host has them. */
export interface FoundBackup {
  readonly file: FoundFile;
  readonly size: number;
  readonly sha256: string;
  /** What the tool of its form says. */
  readonly form: 'good' | 'corrupt' | 'unreadable';
  readonly detail: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly receipt: FoundFile;
  readonly receiptText: string;
}

export type CheckResult =
  | { readonly kind: 'found'; readonly found: FoundBackup }
  | { readonly kind: 'refused'; readonly refusal: Finding };

/** Has the host read a backup whole: its sum, and whether its form is right. */
export async function checkBackup(
  subject: BackupSubject,
  file: string,
): Promise<CheckResult> {
  const reply = await askHost(subject, { op: 'backup-check', file });
  if (reply.kind === 'lost') {
    return { kind: 'refused', refusal: reply.finding };
  }
  const { fields } = reply;
  const refusal = backupProblem(fields, subject);
  if (refusal) return { kind: 'refused', refusal };
  const detail = subject.host.redact(textOf(fields, 'detail'));
  return {
    kind: 'found',
    found: {
      file: readFile(fields, ''),
      size: Number(textOf(fields, 'size')),
      sha256: textOf(fields, 'sum'),
      form: readForm(textOf(fields, 'form')),
      detail: printable(detail.trim().replaceAll(/\s*\n\s*/g, ' | ')),
      counts: readCounts(textOf(fields, 'counts')),
      receipt: readFile(fields, 'receipt_'),
      receiptText: textOf(fields, 'receipt'),
    },
  };
}

function readFile(
  fields: ReadonlyMap<string, Buffer>,
  prefix: string,
): FoundFile {
  const kind = textOf(fields, `${prefix}kind`);
  return {
    kind: KINDS.find((each) => each === kind) ?? 'other',
    owned: textOf(fields, `${prefix}owned`) === 'yes',
    mode: textOf(fields, `${prefix}mode`),
  };
}

const KINDS = ['file', 'missing', 'symlink', 'unreadable'] as const;

/** What is not known to be good was not checked. */
function readForm(word: string): FoundBackup['form'] {
  if (word === 'repository_missing') return 'corrupt';
  return word === 'good' || word === 'corrupt' ? word : 'unreadable';
}

/** `"members":12`, as a receipt has it. */
export function readCounts(text: string): Record<string, number> {
  const pairs = [...text.matchAll(/"([a-z]{1,20})":([0-9]{1,15})/g)];
  return Object.fromEntries(pairs.map(([, name, n]) => [name, Number(n)]));
}

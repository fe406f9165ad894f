import { createHash } from 'node:crypto';
import type { Receipt } from '../model/receipt.ts';
import type { Finding } from '../model/verdict.ts';
import { backupProblem } from './backup-problem.ts';
import { askHost, type BackupSubject } from './backup-subject.ts';

/**
 * Writes a receipt: where there is none, or in place of the one whose text was
 * read before. Undefined once it is there.
 */
export async function noteReceipt(
  subject: BackupSubject,
  receipt: Receipt,
  before: string | undefined,
): Promise<Finding | undefined> {
  const reply = await askHost(subject, {
    op: 'backup-note',
    file: receipt.backup,
    receipt: JSON.stringify(receipt),
    expect_output:
      before === undefined
        ? 'missing'
        : createHash('sha256').update(before).digest('hex'),
  });
  return reply.kind === 'lost'
    ? reply.finding
    : backupProblem(reply.fields, subject);
}

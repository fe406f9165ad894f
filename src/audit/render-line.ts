import canonicalize from 'canonicalize';
import { type AuditEntry, auditEntrySchema } from '../model/audit-entry.ts';

/**
 * An entry as the line that stands in the log, newline included: RFC 8785, so
 * that one entry has one text, and a hash over the text is one over the entry.
 */
export function renderLine(entry: AuditEntry): string {
  return `${canonicalize(auditEntrySchema.parse(entry))}\n`;
}

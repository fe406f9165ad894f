import * as z from 'zod';
import type { AuditEntry } from '../model/audit-entry.ts';
import { sha256Schema } from '../model/identifiers.ts';

const adoptedSchema = z.looseObject({
  /** Where the file lies on the state branch. */
  path: z.string().min(1).max(255),
  sha256: sha256Schema,
  bytes: z.int().min(0),
});

/** A log of another tool that an entry vouches for, byte for byte. */
export type AdoptedFile = z.output<typeof adoptedSchema> & {
  /** Number of the entry. */
  readonly seq: number;
};

/** The file that an entry adopts; undefined where it adopts none. */
export function readAdopted({
  kind,
  seq,
  body,
}: AuditEntry): AdoptedFile | undefined {
  if (kind !== 'note' || !Object.hasOwn(body, 'adopted')) return undefined;
  const adopted = adoptedSchema.safeParse(body['adopted']);
  return adopted.success ? { ...adopted.data, seq } : undefined;
}

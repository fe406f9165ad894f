import * as z from 'zod';
import { sha256Schema } from './identifiers.ts';
import { timestampSchema } from './plan.ts';
import { runIdentitySchema } from './status.ts';

/** Version of the form in which entries are written. */
export const AUDIT_VERSION = 1;

/** What this version writes; a reader takes later additions as they come. */
export const AUDIT_KINDS = [
  'intent',
  'result',
  'refusal',
  'break-glass',
  'freeze',
  'lease',
  'backup',
  'reconcile',
  'note',
] as const;

export type AuditKind = (typeof AUDIT_KINDS)[number];

/** Any object. A record would look at each name once more, for every line. */
const bodySchema = z.custom<Readonly<Record<string, unknown>>>(
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);

/** One entry of the audit log, as one canonical line holds it. */
export const auditEntrySchema = z.strictObject({
  v: z.literal(AUDIT_VERSION),
  /** Which log this is; the genesis entry says what it stands for. */
  log: sha256Schema,
  /** Counts from 0 without gaps. */
  seq: z.int().min(0),
  /** SHA-256 of the line before with its newline; zeros in the genesis. */
  prev: sha256Schema,
  time: timestampSchema,
  run: runIdentitySchema,
  /** Number of the lease under which a host was changed. */
  fence: z.int().min(0).nullable(),
  kind: z.string().regex(/^[a-z][a-z-]{0,31}$/),
  body: bodySchema,
});

export type AuditEntry = z.output<typeof auditEntrySchema>;

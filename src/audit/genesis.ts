import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as z from 'zod';
import type { AuditEntry } from '../model/audit-entry.ts';
import { NO_PREVIOUS } from './line-hash.ts';

const genesisSchema = z.strictObject({
  /** The repository the log was begun for, such as `forge.example/ops/platform`. */
  repository: z.string().min(1).max(1_000),
  /** Keeps a log that is begun anew from being the same log. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
});

/** What a log stands for, said in its entry 0. */
export type Genesis = z.output<typeof genesisSchema>;

/** The value of `log` in every entry: SHA-256 over the RFC 8785 form. */
export function logIdOf(genesis: Genesis): string {
  const text = canonicalize(genesisSchema.parse(genesis)) ?? '';
  return createHash('sha256').update(text).digest('hex');
}

/** Genesis of an entry 0; undefined where it does not begin this log. */
export function readGenesis(entry: AuditEntry): Genesis | undefined {
  const genesis = genesisSchema.safeParse(entry.body['genesis']);
  const begins =
    genesis.success &&
    entry.seq === 0 &&
    entry.prev === NO_PREVIOUS &&
    entry.kind === 'note' &&
    entry.log === logIdOf(genesis.data);
  return begins ? genesis.data : undefined;
}

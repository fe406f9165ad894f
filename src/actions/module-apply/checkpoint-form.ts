import {
  type Checkpoint,
  renderCheckpoint,
  signCheckpoint,
} from '../../audit/checkpoint.ts';
import { parseSigningKey } from '../../audit/note-key.ts';
import { ActionError } from '../../model/errors.ts';
import type { ModuleApplyInputs } from './inputs.ts';

/** How checkpoints are left with the hosts: signed where there is a key. */
export function readCheckpointForm({
  auditSignKey,
}: ModuleApplyInputs): (checkpoint: Checkpoint) => string {
  if (auditSignKey === undefined) return renderCheckpoint;
  const key = parseSigningKey(auditSignKey);
  if (key !== undefined) return (checkpoint) => signCheckpoint(checkpoint, key);
  throw new ActionError(
    'audit/malformed-key',
    'audit-sign-key: it is no Ed25519 private key in PEM',
  );
}

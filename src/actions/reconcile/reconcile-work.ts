import type { RunOrigin } from '../../apply/attempt-entries.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Subject } from '../../repository/subject.ts';
import type { StateStore } from '../../state/store.ts';
import type { ReconcileInputs } from './inputs.ts';

/** What every part of a reconciliation works on. */
export interface ReconcileWork {
  readonly inputs: ReconcileInputs;
  readonly subject: Subject;
  readonly store: StateStore;
  readonly log: AuditLog;
  readonly by: RunOrigin;
}

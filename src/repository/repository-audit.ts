import { randomUUID } from 'node:crypto';
import type { Clock } from '../adapters/clock.ts';
import type { Remote } from '../adapters/git-remote.ts';
import type { RunContext } from '../adapters/run-context.ts';
import { type AuditLog, openAuditLog } from '../audit/audit-log.ts';
import { repositoryName } from '../audit/repository-name.ts';
import { makeRedactor } from '../redaction/redactor.ts';
import type { StateStore } from '../state/store.ts';

/**
 * Opens the audit log on the state branch of a repository, as this run writes
 * it. A log that has not begun is begun for the repository, with an id that no
 * other log has.
 */
export function openRepositoryAudit(
  ports: { readonly context: RunContext; readonly clock: Clock },
  state: { readonly store: StateStore; readonly remote: Remote },
  secrets: readonly (string | undefined)[],
): AuditLog {
  return openAuditLog({
    store: state.store,
    clock: ports.clock,
    run: ports.context.identity,
    genesis: {
      repository: repositoryName(state.remote),
      id: randomUUID().replaceAll('-', ''),
    },
    redactor: makeRedactor(secrets.filter((each) => each !== undefined)),
  });
}

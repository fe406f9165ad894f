import { randomUUID } from 'node:crypto';
import type { Clock } from '../adapters/clock.ts';
import type { Remote } from '../adapters/git-remote.ts';
import type { RunContext } from '../adapters/run-context.ts';
import {
  type AuditLog,
  type AuditLogOptions,
  openAuditLog,
} from '../audit/audit-log.ts';
import { repositoryName } from '../audit/repository-name.ts';
import { makeRedactor } from '../redaction/redactor.ts';
import type { StateStore } from '../state/store.ts';

interface AuditPorts {
  readonly context: RunContext;
  readonly clock: Clock;
}

interface AuditState {
  readonly store: StateStore;
  readonly remote: Remote;
}

/** Opens the audit log on the state branch of a repository. */
export function openRepositoryAudit(
  ports: AuditPorts,
  state: AuditState,
  secrets: readonly (string | undefined)[],
): AuditLog {
  return openAuditLog(auditOptions(ports, state, secrets));
}

/**
 * The log as this run writes it. One that has not begun is begun for the
 * repository, with an id that no other log has.
 */
export function auditOptions(
  { context, clock }: AuditPorts,
  { store, remote }: AuditState,
  secrets: readonly (string | undefined)[],
): AuditLogOptions {
  const id = randomUUID().replaceAll('-', '');
  return {
    store,
    clock,
    run: context.identity,
    genesis: { repository: repositoryName(remote), id },
    redactor: makeRedactor(secrets.filter((each) => each !== undefined)),
  };
}

import { textOf } from '../drivers/host-problem.ts';
import { POLICY_PROBLEMS } from '../host/policy-problems.ts';
import { printable } from '../model/printable.ts';
import type { ReasonCode } from '../model/reason-codes.ts';
import { type Finding, finding } from '../model/verdict.ts';
import type { BackupSubject } from './backup-subject.ts';

type Fields = ReadonlyMap<string, Buffer>;

/** What the host calls a reason, and what we do. */
const CODES: Readonly<Record<string, ReasonCode>> = {
  ...POLICY_PROBLEMS,
  container_missing: 'backup/container-missing',
  container_ambiguous: 'backup/container-ambiguous',
  container_stopped: 'backup/container-stopped',
  source_missing: 'backup/source-missing',
  repository_missing: 'backup/repository-missing',
  source_unreadable: 'backup/source-unreadable',
  database_refused: 'backup/database-refused',
  no_space: 'backup/no-space',
  running: 'backup/running',
  exists: 'backup/exists',
  failed: 'backup/failed',
  corrupt: 'backup/corrupt',
  unreadable: 'backup/could-not-check',
  killed: 'backup/killed',
  root: 'backup/root-unsafe',
  changed: 'backup/changed',
  not_restorable: 'backup/not-restorable',
  not_started: 'plan/host-unreachable',
  locked: 'host/locked',
  engine: 'host/engine-unavailable',
  unsupported: 'host/unsupported',
  unwritable: 'host/unwritable',
};

const MAX_DETAIL_CHARACTERS = 500;

/** The finding of an answer in which the host says why it did not. */
export function backupProblem(
  fields: Fields,
  subject: BackupSubject,
): Finding | undefined {
  const word = textOf(fields, 'problem') || textOf(fields, 'outcome');
  const code = CODES[word];
  if (code === undefined && textOf(fields, 'problem') === '') return undefined;
  const { host, release } = subject;
  const said = host.redact(hostSaid(fields));
  const detail = printable(said.trim().replaceAll(/\s*\n\s*/g, ' | '));
  return finding(
    code ?? 'internal/bug',
    `${release.module} on ${host.name}: ${printable(word)}${detail === '' ? '' : ` (${detail.slice(0, MAX_DETAIL_CHARACTERS)})`}`,
    { module: release.module },
  );
}

function hostSaid(fields: Fields): string {
  return textOf(fields, 'missing') || textOf(fields, 'detail');
}

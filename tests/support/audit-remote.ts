import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { systemClock } from '../../src/adapters/clock.ts';
import { type AuditLog, openAuditLog } from '../../src/audit/audit-log.ts';
import type { Checkpoint } from '../../src/audit/checkpoint.ts';
import { findSegments, OPEN_PATH } from '../../src/audit/log-files.ts';
import type { LogReport } from '../../src/audit/log-report.ts';
import type { EntryDraft } from '../../src/audit/plan-append.ts';
import { verifyLog } from '../../src/audit/verify-log.ts';
import type { RunIdentity } from '../../src/model/status.ts';
import { makeRedactor } from '../../src/redaction/redactor.ts';
import { SOME_GENESIS } from './audit-lines.ts';
import { plainGit, STATE_BRANCH, type StateRemote } from './state-remote.ts';

/** A run with this number. */
export function someRun(id: string): RunIdentity {
  return { id, number: id, attempt: '1', url: '' };
}

/** A draft that says only this. */
export function note(text: string): EntryDraft {
  return { kind: 'note', fence: null, body: { text } };
}

/** The log of a remote, as one run writes it. */
export function openLog(
  remote: StateRemote,
  run: string,
  settings: Parameters<StateRemote['open']>[0] & {
    readonly secrets?: readonly string[];
  } = {},
): AuditLog {
  return openAuditLog({
    store: remote.open(settings),
    clock: settings.clock ?? systemClock,
    run: someRun(run),
    genesis: SOME_GENESIS,
    redactor: makeRedactor(settings.secrets ?? []),
  });
}

/** What is needed to read the log of a remote. */
type LogRemote = Pick<StateRemote, 'repository' | 'show'>;

/** The files of the log at the tip, oldest first. */
export function readLogFiles(remote: LogRemote) {
  const paths = plainGit(remote.repository, [
    ...['ls-tree', '-r', '--name-only', STATE_BRANCH],
  ]).split('\n');
  const segments = findSegments(paths).map(({ path }) => path);
  return [...segments, ...paths.filter((path) => path === OPEN_PATH)].map(
    (name) => ({ name, text: `${remote.show(name)}\n` }),
  );
}

/** The whole log, line by line. */
export function readLog(remote: LogRemote): string[] {
  return readLogFiles(remote).flatMap(({ text }) =>
    text.split('\n').slice(0, -1),
  );
}

/** What a verification of the log at the tip says. */
export function verifyRemote(
  remote: LogRemote,
  checkpoints: readonly Checkpoint[],
): Promise<LogReport> {
  return verifyLog({
    files: readLogFiles(remote).map(({ name, text }) => ({
      name,
      chunks: [Buffer.from(text)],
    })),
    checkpoints,
    from: 'genesis',
    visit: () => {},
    progress: () => {},
  });
}

/** A fresh pair of keys for signing checkpoints, in PEM. */
export function makeSigningKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = (key: KeyObject, type: 'pkcs8' | 'spki') =>
    key.export({ type, format: 'pem' } as never).toString();
  return {
    privatePem: pem(privateKey, 'pkcs8'),
    publicPem: pem(publicKey, 'spki'),
  };
}

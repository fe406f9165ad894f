import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readAdopted } from '../../audit/adopted-file.ts';
import { describeLoss, planWrite } from '../../audit/audit-log.ts';
import { describeReport } from '../../audit/describe-report.ts';
import { OPEN_PATH, SEGMENT_FOLDER } from '../../audit/log-files.ts';
import {
  notAdoptable,
  type PlannedAdoption,
  planAdoption,
} from '../../audit/plan-adoption.ts';
import type { AppendedEntry } from '../../audit/plan-append.ts';
import { verifyLog } from '../../audit/verify-log.ts';
import { ActionError, InputError } from '../../model/errors.ts';
import { passVerdict } from '../../model/verdict.ts';
import { auditOptions } from '../../repository/repository-audit.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import type { StateChange } from '../../state/state-change.ts';
import {
  openRemoteState,
  type RemoteState,
  snapshotBranch,
} from '../git-log.ts';
import { openBranchPlace } from '../log-place.ts';
import type { Terminal } from '../terminal.ts';
import type { RepositoryOptions } from './options.ts';

export interface AdoptOptions extends RepositoryOptions {
  readonly dryRun?: boolean;
}

/** Seals a log of another tool: its hash becomes part of ours. */
export function auditAdopt(file: string, options: AdoptOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const remote = await openRemoteState(options, terminal);
    try {
      const snapshot = await remote.store.fetch();
      const planned = await readAdoption(snapshot, file, options);
      const sealed = await findSealed(snapshot, planned);
      const entry =
        sealed !== undefined || options.dryRun
          ? undefined
          : await seal(remote, file, options);
      const reason = describe(planned, sealed ?? entry?.seq);
      const about = { gate: 'audit-adopt', sha: '' };
      const verdict = passVerdict(about, 'audit/adopted', reason);
      terminal.verdict(verdict);
      const { text: _, ...adopted } = planned;
      terminal.document({ verdict, adopted, entry: entry ?? null });
      return 0;
    } finally {
      remote.close();
    }
  };
}

/** Found on the state branch, else on this machine. */
async function readAdoption(
  snapshot: StateSnapshot,
  path: string,
  { repo }: AdoptOptions,
): Promise<PlannedAdoption> {
  const planned = await readSource(snapshot, path, repo);
  if (planned.was !== undefined && snapshot.list(SEGMENT_FOLDER).length > 0) {
    throw notAdoptable(path, `there are entries of ours in ${SEGMENT_FOLDER}`);
  }
  const there = await readBytes(snapshot, planned.path);
  const { text } = planned;
  if (there === undefined || text === undefined) return planned;
  if (there.equals(Buffer.from(text))) return planned;
  throw notAdoptable(path, `${planned.path} on the branch is another file`);
}

async function readSource(
  snapshot: StateSnapshot,
  path: string,
  repo: string,
): Promise<PlannedAdoption> {
  const found = await readBytes(snapshot, path);
  if (found) return planAdoption({ path, from: 'branch', bytes: found });
  try {
    const bytes = readFileSync(resolve(repo, path));
    return planAdoption({ path, from: 'disk', bytes });
  } catch (error) {
    if (error instanceof ActionError) throw error;
    throw new InputError(
      'file',
      path,
      'a file of the state branch, or one that can be read on this machine',
    );
  }
}

async function readBytes(
  snapshot: StateSnapshot,
  path: string,
): Promise<Buffer | undefined> {
  for await (const { bytes } of snapshot.readEach([path])) return bytes;
  return undefined;
}

/** Number of the entry that seals these very bytes at this path already. */
async function findSealed(
  snapshot: StateSnapshot,
  { path, sha256, was }: PlannedAdoption,
): Promise<number | undefined> {
  if (was === OPEN_PATH || !snapshot.list('').includes(OPEN_PATH)) {
    return undefined;
  }
  let sealed: number | undefined;
  const report = await verifyLog({
    files: openBranchPlace(snapshotBranch(snapshot)).files(0),
    checkpoints: [],
    from: 'genesis',
    visit: (entry) => {
      const adopted = readAdopted(entry);
      if (adopted?.path === path && adopted.sha256 === sha256) {
        sealed = entry.seq;
      }
    },
    progress: () => {},
  });
  if (report.verdict === 'no-checkpoints') return sealed;
  throw new ActionError('audit/broken', describeReport(report));
}

/** Decided on the branch as it is in the very moment of the commit. */
async function seal(
  { run, state, store }: RemoteState,
  file: string,
  options: AdoptOptions,
): Promise<AppendedEntry | undefined> {
  const log = auditOptions(run.ports, state, []);
  const { actor } = run.ports.context;
  const entries = new WeakMap<StateChange, AppendedEntry>();
  try {
    const { change } = await store.commit({
      message: 'audit: adopt',
      update: async (snapshot) => {
        const adoption = await readAdoption(snapshot, file, options);
        const { text, was, ...adopted } = adoption;
        const moved = was === undefined ? {} : { was };
        const body = { adopted: { ...adopted, ...moved }, by: { actor } };
        const view = was === OPEN_PATH ? begun(snapshot) : snapshot;
        const draft = { kind: 'note', fence: null, body } as const;
        const planned = await planWrite(view, [draft], log);
        const next = new Map([
          ...(was === undefined ? [] : [[was, null] as const]),
          ...(text === undefined ? [] : [[adopted.path, text] as const]),
          ...planned.change,
        ]);
        const [entry] = planned.appended;
        if (entry !== undefined) entries.set(next, entry);
        return next;
      },
    });
    return entries.get(change);
  } catch (error) {
    throw describeLoss(error);
  }
}

/** The branch as if the log had not begun. */
function begun(snapshot: StateSnapshot): StateSnapshot {
  return {
    ...snapshot,
    read: async (path) =>
      path === OPEN_PATH ? undefined : snapshot.read(path),
  };
}

function describe(
  { path, was, sha256, bytes, lines }: PlannedAdoption,
  seq: number | undefined,
): string {
  const moved = was === undefined ? '' : ` (it was ${was})`;
  const what = `${path}${moved}, ${lines} lines, ${bytes} bytes, SHA-256 ${sha256}`;
  return seq === undefined
    ? `Would be sealed: ${what}`
    : `Entry ${seq} seals ${what}`;
}

import {
  type LastObserved,
  readLastObserved,
} from '../../apply/observed-note.ts';
import { readTail } from '../../audit/read-tail.ts';
import { ActionError } from '../../model/errors.ts';
import type { Status } from '../../model/status.ts';
import { renderColumns } from '../../report/render-columns.ts';
import { openHistory, readDefaultTip } from '../../repository/history.ts';
import {
  type LivePosition,
  readLivePositions,
} from '../../repository/live-positions.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import { readStatus, readStatuses } from '../../state/status-store.ts';
import { describeHolds, formatHold } from '../describe-holds.ts';
import { openRemoteState, type RemoteState } from '../git-log.ts';
import type { Terminal } from '../terminal.ts';
import type { RepositoryOptions } from './options.ts';

type ShownStatus = Status & {
  /** Where what is live stands to the default branch. */
  readonly position: LivePosition;
};

/** Shows what the state branch says about one module, or all of them. */
export function status(module: string | undefined, options: RepositoryOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const remote = await openRemoteState(options, terminal);
    try {
      const snapshot = await remote.store.fetch();
      const found = await findStatuses(snapshot, module);
      const shown = await locate(found, snapshot, remote);
      const observed = await readObserved(snapshot, module);
      const now = remote.run.ports.clock.now();
      const holds = await describeHolds(snapshot, now);
      for (const line of renderStatuses(shown)) terminal.line(line);
      for (const { said, sha, time } of observed) {
        terminal.line(`${said} (${sha.slice(0, 12)}, ${time})`);
      }
      for (const each of holds) terminal.line(formatHold(each));
      terminal.document({ modules: shown, observed, holds });
      return 0;
    } finally {
      remote.close();
    }
  };
}

/** What the log at hand says of modules that were looked at and not changed. */
async function readObserved(
  snapshot: StateSnapshot,
  module: string | undefined,
): Promise<LastObserved[]> {
  const { entries } = await readTail(snapshot);
  const last = readLastObserved(entries.map(({ entry }) => entry));
  return [...last.values()].filter(
    (each) => module === undefined || each.module === module,
  );
}

async function findStatuses(
  snapshot: StateSnapshot,
  module: string | undefined,
): Promise<Status[]> {
  if (module === undefined) return [...(await readStatuses(snapshot)).values()];
  const found = await readStatus(snapshot, module);
  if (found) return [found];
  throw new ActionError(
    'scope/unknown-module',
    `${module}: the state branch knows no such module`,
    { remedy: 'Leave the module out to see every module it knows.' },
  );
}

/** The remote says where its default branch is; else what was last fetched. */
async function locate(
  found: readonly Status[],
  snapshot: StateSnapshot,
  { run, place }: RemoteState,
): Promise<ShownStatus[]> {
  const { repository, policy } = place;
  const { context } = run.ports;
  const history = openHistory(repository, context, undefined);
  const branch = run.event.defaultBranch;
  const tip =
    snapshot.remoteHeads.get(`refs/heads/${branch}`) ??
    (await readDefaultTip(repository, branch));
  const positions = await readLivePositions({ history, policy, tip }, found);
  return found.map((each) => ({
    ...each,
    position: positions.get(each.module) ?? 'unknown',
  }));
}

const HEADER = [
  ...['MODULE', 'LIVE', 'PR', 'POSITION', 'RESULT', 'HEALTH'],
  ...['WHEN', 'BY', 'HOST', 'RUN'],
];

function renderStatuses(shown: readonly ShownStatus[]): string[] {
  if (shown.length === 0) return ['Nothing was applied yet.'];
  return renderColumns([HEADER, ...shown.map(rowOf)]);
}

function rowOf(each: ShownStatus): string[] {
  const { last_apply_pr: pr, run } = each;
  return [
    each.module,
    each.last_apply_sha?.slice(0, 12) ?? '-',
    pr === null ? '-' : `#${pr}`,
    each.position,
    each.retired
      ? 'retired'
      : each.rollback
        ? `${each.last_apply_result}, back from ${each.rollback.from.slice(0, 12)}`
        : each.last_apply_result,
    each.health,
    each.last_apply_at.replace(/\.\d+Z$/, 'Z'),
    each.last_apply_actor,
    each.last_apply_host,
    run.url || run.id,
  ];
}

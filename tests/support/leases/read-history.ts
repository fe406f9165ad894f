import type { AuditEntry } from '../../../src/model/audit-entry.ts';
import type { Lease } from '../../../src/model/lease.ts';
import { readLog } from '../audit-remote.ts';
import { plainGit, STATE_BRANCH } from '../state-remote.ts';
import type { HostHistory, LeaseMoment } from './judge-history.ts';
import { readMoments } from './lease-hosts.ts';
import { readPushMoments } from './push-moments.ts';

interface Place {
  /** The bare repository. */
  readonly remote: string;
  /** Where the services of the hosts live. */
  readonly services: string;
}

/** What became of a host, by its own notes, by the branch and by the log. */
export function readHistory(place: Place, host: string): HostHistory {
  return {
    host,
    leases: listLeases(place, host),
    moments: readMoments(host, place),
    entries: readLog(logOf(place)).flatMap((line) => fencedBy(line, host)),
  };
}

/** A platform's remote, as it is needed to read the log. */
export function logOf({ remote }: Pick<Place, 'remote'>) {
  const show = (path: string) =>
    plainGit(remote, ['show', `${STATE_BRANCH}:${path}`]);
  return { repository: remote, show };
}

/** The lease of a host at the tip, or at a commit. */
export function readLeaseAt(
  { remote }: Pick<Place, 'remote'>,
  host: string,
  at = STATE_BRANCH,
): Lease | undefined {
  try {
    const path = `${at}:state/leases/${host}.json`;
    return JSON.parse(plainGit(remote, ['show', path])) as Lease;
  } catch {
    return undefined;
  }
}

function listLeases(place: Place, host: string): LeaseMoment[] {
  const pushes = readPushMoments(place.remote);
  const path = `state/leases/${host}.json`;
  const list = ['rev-list', '--reverse', STATE_BRANCH, '--', path];
  return plainGit(place.remote, list)
    .split('\n')
    .filter(Boolean)
    .map((commit) => {
      const push = pushes.get(commit);
      const lease = readLeaseAt(place, host, commit);
      if (!push || !lease) throw new Error(`nothing is known of ${commit}`);
      const { before, after = before } = push;
      return { lease, before, after };
    });
}

function fencedBy(line: string, host: string): HostHistory['entries'] {
  const { kind, fence, run, body } = JSON.parse(line) as AuditEntry;
  const isOwn = /^(?:intent|result|lease)$/.test(kind);
  return isOwn && fence !== null && body['host'] === host && run
    ? [{ fence, run: run.id }]
    : [];
}

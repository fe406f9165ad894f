import { createHash } from 'node:crypto';
import type { Clock } from '../adapters/clock.ts';
import { textOf } from '../drivers/host-problem.ts';
import type { HostReply } from '../host/host-session.ts';
import { backupStamp } from '../model/backup-name.ts';
import { parseReceipt, type Receipt } from '../model/receipt.ts';
import type { RunIdentity } from '../model/status.ts';
import { type Finding, finding } from '../model/verdict.ts';
import { backupProblem } from './backup-problem.ts';
import {
  askHost,
  type BackupSubject,
  backupTimeoutMs,
} from './backup-subject.ts';

const POLL_MS = 2_000;
/** How often in a row the host may fail to answer before we give up. */
const MAX_FAILURES = 6;
const FIRST_PAUSE_MS = 1_000;

export interface TakeRequest {
  readonly subject: BackupSubject;
  /** The same attempt of the same run takes one backup of a module. */
  readonly run: RunIdentity;
  readonly clock: Clock;
}

export type TakeResult =
  | {
      readonly kind: 'taken';
      /** Path on the host. */
      readonly path: string;
      readonly receipt: Receipt;
    }
  | { readonly kind: 'refused'; readonly refusal: Finding };

/**
 * Has the host take a backup. It goes on there without us; after a lost
 * connection its record is asked, and the backup is never begun twice.
 */
export async function takeBackup(request: TakeRequest): Promise<TakeResult> {
  const { clock, run, subject } = request;
  const now = clock.now();
  const stamp = backupStamp(now);
  const attempt = attemptName(request, stamp);
  const reply = await askHost(subject, {
    op: 'backup',
    attempt,
    stamp,
    receipt: beginReceipt(subject, run, now),
  });
  if (reply.kind === 'lost' && reply.started === 'no') {
    return { kind: 'refused', refusal: reply.finding };
  }
  return followBackup(request, attempt, reply);
}

/** The time counts too: a run that goes on long enough takes another one. */
function attemptName({ run, subject }: TakeRequest, stamp: string): string {
  const { module } = subject.release;
  const identity = JSON.stringify([run.id, run.attempt, run.url, module]);
  const hash = createHash('sha256').update(identity).digest('hex');
  return `${module}-${stamp}-${hash.slice(0, 16)}`;
}

/** All but what the host measures, which it adds. */
function beginReceipt(
  { host, release, settings }: BackupSubject,
  run: RunIdentity,
  now: Date,
): string {
  const known = {
    schema: 1,
    module: release.module,
    class: settings.class,
    host: host.name,
    taken_at: `${now.toISOString().slice(0, 19)}Z`,
    sha: release.sha,
    tree: release.tree,
    run,
    excludes: settings.excludes,
    adopted: false,
  };
  return JSON.stringify(known).slice(0, -1);
}

async function followBackup(
  request: TakeRequest,
  attempt: string,
  first: HostReply,
): Promise<TakeResult> {
  const { clock, subject } = request;
  const deadline = clock.elapsed() + backupTimeoutMs(subject);
  let reply = first;
  for (let failures = 0; ; ) {
    const ended = endingOf(reply, request);
    if (ended) return ended;
    if (reply.kind === 'lost') {
      failures += 1;
      if (failures > MAX_FAILURES)
        return unknown(request, reply.finding.reason);
      if (failures > 1) await clock.sleep(FIRST_PAUSE_MS * 2 ** (failures - 2));
    } else {
      failures = 0;
      await clock.sleep(POLL_MS);
    }
    if (clock.elapsed() > deadline) {
      return unknown(request, 'it did not end in time');
    }
    reply = await askHost(subject, {
      op: 'backup-record',
      attempt,
      abandon: 'true',
    });
  }
}

/** How it ended, or undefined where that is still to be asked. */
function endingOf(
  reply: HostReply,
  { subject }: TakeRequest,
): TakeResult | undefined {
  if (reply.kind === 'lost') return undefined;
  // A program that was stopped may have left a worker behind.
  if (textOf(reply.fields, 'problem') === 'internal') return undefined;
  const refusal = backupProblem(reply.fields, subject);
  if (refusal) return { kind: 'refused', refusal };
  if (textOf(reply.fields, 'state') !== 'finished') return undefined;
  const receipt = parseReceipt(textOf(reply.fields, 'receipt'));
  if (textOf(reply.fields, 'outcome') === 'taken' && receipt) {
    const path = `${subject.backupRoot}/${receipt.backup}`;
    return { kind: 'taken', path, receipt };
  }
  const reason = `${subject.host.name} has a record of the backup that cannot be read`;
  return { kind: 'refused', refusal: finding('host/nonsense', reason) };
}

function unknown({ subject }: TakeRequest, why: string): TakeResult {
  const { host, release } = subject;
  const reason = `${release.module} on ${host.name}: ${why}`;
  return {
    kind: 'refused',
    refusal: finding('backup/unknown', reason, { module: release.module }),
  };
}

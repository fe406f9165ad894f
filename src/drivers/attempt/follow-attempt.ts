import type { HostReply } from '../../host/host-session.ts';
import type { Finding } from '../../model/verdict.ts';
import type {
  ApplyRequest,
  ApplyResult,
  RecordRequest,
  RecordResult,
} from '../driver.ts';
import { problemOf, textOf } from '../host-problem.ts';
import { runtimeName } from '../release-fields.ts';
import {
  type AttemptSubject,
  endingOf,
  parseRecord,
  unknownEnding,
} from './attempt-record.ts';

const RECORD_TIMEOUT_MS = 60_000;
const POLL_MS = 2_000;
/** How often in a row the host may fail to answer before we give up. */
const MAX_FAILURES = 6;
const FIRST_PAUSE_MS = 1_000;

/** Where an attempt stands, read from one answer of the host. */
type Standing =
  | { readonly kind: 'ended'; readonly result: ApplyResult }
  | { readonly kind: 'running'; readonly phase: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'lost'; readonly finding: Finding };

/**
 * From the reply to an apply to the way it truly ended. After any doubt the
 * host's own record is asked, for as long as `timeoutMs`; the apply itself is
 * never sent a second time.
 */
export async function followAttempt(
  request: ApplyRequest,
  record: string,
  reply: HostReply,
  timeoutMs: number,
): Promise<ApplyResult> {
  const { clock, host, release } = request;
  const subject = { host, release, record };
  if (reply.kind === 'lost' && reply.started === 'no') {
    return refused(reply.finding);
  }
  if (reply.kind === 'answer') {
    const problem = problemOf(reply.fields, host, release);
    // `internal` is a program that was stopped; its worker may go on.
    if (problem && problem.code !== 'internal/bug') return refused(problem);
  }
  const deadline = clock.elapsed() + timeoutMs;
  let standing = standingOf(reply, subject);
  for (let failures = 0; ; ) {
    if (standing.kind === 'ended') return standing.result;
    if (standing.kind === 'lost') {
      failures += 1;
      if (failures > MAX_FAILURES) {
        return unknownEnding(subject, standing.finding.reason);
      }
      if (failures > 1) await clock.sleep(FIRST_PAUSE_MS * 2 ** (failures - 2));
    } else {
      failures = 0;
      await clock.sleep(POLL_MS);
    }
    if (clock.elapsed() > deadline) {
      return unknownEnding(subject, 'it did not end in time');
    }
    standing = standingOf(await askRecord(subject, true), subject);
    if (standing.kind === 'absent') {
      return unknownEnding(
        subject,
        'the host has no record and cannot make one',
      );
    }
  }
}

/** Reads the record of an attempt, of this run or of another. */
export async function readRecord(
  request: RecordRequest,
): Promise<RecordResult> {
  const abandon = request.abandon ?? false;
  const standing = standingOf(await askRecord(request, abandon), request);
  switch (standing.kind) {
    case 'ended':
      return { kind: 'ended', ending: standing.result };
    case 'lost':
      return { kind: 'refused', refusal: standing.finding };
    case 'absent':
    case 'running':
      return standing;
  }
}

/** With `abandon` an attempt that has not begun will not begin later either. */
function askRecord(
  { host, release, record }: AttemptSubject,
  abandon: boolean,
): Promise<HostReply> {
  return host.perform({
    fields: {
      op: 'record',
      root: host.policy.runtime_root,
      runtime: runtimeName(release),
      module: release.module,
      attempt: record,
      abandon: String(abandon),
    },
    timeoutMs: RECORD_TIMEOUT_MS,
  });
}

function standingOf(reply: HostReply, subject: AttemptSubject): Standing {
  if (reply.kind === 'lost') return reply;
  const problem = problemOf(reply.fields, subject.host, subject.release);
  if (problem) return { kind: 'lost', finding: problem };
  const record = parseRecord(textOf(reply.fields, 'record'));
  switch (textOf(reply.fields, 'state')) {
    case 'absent':
      return { kind: 'absent' };
    case 'running':
      return { kind: 'running', phase: record?.phase ?? 'waiting' };
    case 'finished':
      return {
        kind: 'ended',
        result: record
          ? endingOf(record, subject)
          : unknownEnding(subject, 'its record cannot be read'),
      };
    default:
      return {
        kind: 'ended',
        result: unknownEnding(
          subject,
          `it was stopped in the phase ${record?.phase ?? 'unknown'}`,
        ),
      };
  }
}

function refused(finding: Finding): ApplyResult {
  return { result: 'refused', finding, output: [] };
}

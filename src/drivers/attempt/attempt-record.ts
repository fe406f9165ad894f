import * as z from 'zod';
import type { HostSession } from '../../host/host-session.ts';
import { sha256Schema } from '../../model/identifiers.ts';
import { printable } from '../../model/printable.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import { finding } from '../../model/verdict.ts';
import type { ApplyResult, ReleaseName } from '../driver.ts';
import { reconcileRemedy } from './reconcile-remedy.ts';

const treeSchema = z
  .union([z.literal(''), sha256Schema])
  .transform((tree) => (tree === '' ? null : tree));

const textSchema = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64').toString('utf8'));

/** `attempts/<attempt>.json` as the host writes it. */
const recordSchema = z.object({
  schema: z.literal(1),
  attempt: z.string(),
  phase: z.string(),
  result: z.enum([
    '',
    'applied',
    'released',
    'noop',
    'unhealthy',
    'rolled_back',
    'failed',
    'plan_changed',
    'fenced',
    'protected',
    'claimed',
    'image_gone',
    'unwritable',
    'not_started',
    'pull_failed',
    'engine',
    'unsupported',
    'occupied',
    'compose_output',
    'internal',
    'malformed',
    'forbidden',
    'misconfigured',
  ]),
  health: z.enum(['healthy', 'unhealthy', 'unknown']),
  returncode: z.int(),
  restarts: z.int().nullable().default(null),
  live: treeSchema,
  detail: textSchema,
  output: textSchema,
});

export type AttemptRecord = z.output<typeof recordSchema>;

/** Reads a record; undefined where it is none. */
export function parseRecord(text: string): AttemptRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const STILL_STATEFUL =
  'If the status on the state branch is right, dispatch the lane with allow_stateful; if it was lost, say stateful: true once more, dispatch that with allow_stateful, and change it after that.';

const STILL_THEIRS =
  'Dispatch the lane with allow_stateful for the module that gives the service up, then for this one; or leave the service where it was.';

/** Whose attempt a record is about, for the words of its finding. */
export interface AttemptSubject {
  readonly host: HostSession;
  readonly release: ReleaseName;
  readonly record: string;
}

/** What a finished record means. */
export function endingOf(
  record: AttemptRecord,
  subject: AttemptSubject,
): ApplyResult {
  const { host, release } = subject;
  const ending = {
    record: subject.record,
    health: record.health,
    restarts: record.restarts,
    returncode: record.returncode,
    liveTree: record.live,
    output: outputLines(record.output, host),
  };
  const because = (code: ReasonCode, remedy?: string) =>
    finding(
      code,
      `${release.module} on ${host.name}: ${printable(host.redact(record.detail)) || record.result}`,
      { module: release.module, ...(remedy === undefined ? {} : { remedy }) },
    );
  const refused = (code: ReasonCode, remedy?: string): ApplyResult => ({
    result: 'refused',
    finding: because(code, remedy),
    output: ending.output,
  });
  switch (record.result) {
    case 'applied':
      return { result: 'applied', releaseOnly: false, ...ending };
    case 'released':
      return { result: 'applied', releaseOnly: true, ...ending };
    case 'noop':
      return { result: 'noop', ...ending };
    case 'unhealthy':
      return {
        result: 'unhealthy',
        finding: because('apply/unhealthy'),
        ...ending,
      };
    case 'rolled_back':
      return {
        result: 'rolled_back',
        finding: because('apply/rolled-back'),
        ...ending,
      };
    case 'failed':
      return { result: 'failed', finding: because('apply/failed'), ...ending };
    case 'plan_changed':
      return refused('apply/plan-changed');
    case 'protected':
      return refused('stateful/blocked', STILL_STATEFUL);
    case 'claimed':
      return refused('stateful/blocked', STILL_THEIRS);
    case 'image_gone':
      return refused('rollback/image-gone');
    case 'fenced':
      return refused('host/fenced');
    case 'unwritable':
    case 'occupied':
      return refused('host/unwritable');
    case 'pull_failed':
      return refused('apply/pull-failed');
    case 'engine':
      return refused('host/engine-unavailable');
    case 'unsupported':
    case 'compose_output':
      return refused('host/unsupported');
    case 'internal':
    case 'malformed':
      return refused('internal/bug');
    case 'forbidden':
      return refused('host/forbidden');
    case 'misconfigured':
      return refused('host/misconfigured');
    case 'not_started':
      return refused('plan/host-unreachable');
    case '':
      return unknownEnding(subject, 'its record has no result');
  }
}

/** For an attempt that may have changed something, and nobody can say what. */
export function unknownEnding(
  { host, release, record }: AttemptSubject,
  why: string,
): ApplyResult {
  const { module } = release;
  const reason = `${module} on ${host.name}: ${why}`;
  const details = { module, remedy: reconcileRemedy(module) };
  return {
    result: 'unknown',
    finding: finding('apply/unknown', reason, details),
    record,
  };
}

/** What a host printed, redacted as a whole, then as lines. */
export function outputLines(text: string, host: HostSession): string[] {
  const lines = host.redact(text).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

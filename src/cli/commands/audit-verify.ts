import { createHash } from 'node:crypto';
import { type AdoptedFile, readAdopted } from '../../audit/adopted-file.ts';
import type { Checkpoint } from '../../audit/checkpoint.ts';
import { describeReport } from '../../audit/describe-report.ts';
import { type Genesis, readGenesis } from '../../audit/genesis.ts';
import { type LogReport, unattestedTail } from '../../audit/log-report.ts';
import { verifyLog } from '../../audit/verify-log.ts';
import {
  exitStatusOfVerdict,
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import {
  type FoundCheckpoint,
  findCheckpointFile,
  readCheckpoints,
  readKeys,
  writeCheckpoint,
} from '../checkpoint-files.ts';
import { openRemoteState } from '../git-log.ts';
import type { LogPlace } from '../log-place.ts';
import { openLogPlace } from '../open-log-place.ts';
import { readWitness } from '../read-witness.ts';
import type { Terminal } from '../terminal.ts';
import type { RepositoryOptions } from './options.ts';

export interface VerifyOptions extends RepositoryOptions {
  readonly checkpoint?: readonly string[];
  /** Checkpoint from which on the entries are read. */
  readonly since?: string;
  /** Hosts whose checkpoint vouches as well. */
  readonly host?: readonly string[];
  readonly sshKeyFile?: string;
  readonly key?: readonly string[];
  readonly output?: string;
  readonly signKeyFile?: string;
}

/** Verifies a log. Exit 0: consistent; 9: anything else. */
export function auditVerify(place: string | undefined, options: VerifyOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const { since, output } = options;
    const { checkpoint = [], key = [] } = options;
    const paths = [...checkpoint, ...(since ? [since] : [])];
    const found = [
      ...paths.map(findCheckpointFile),
      ...(await askHosts(options, terminal)),
    ];
    const trust = readCheckpoints(found, readKeys(key));
    const report = trust.ok
      ? await verifyPlace(place, trust.checkpoints, options, terminal)
      : untrusted(trust.detail);
    const verdict = judge(report);
    terminal.verdict(verdict);
    const tail = unattestedTail(report);
    terminal.document({ verdict, report: { ...report, unattested: tail } });
    if (output !== undefined) keepCheckpoint(output, report, options);
    return exitStatusOfVerdict(verdict);
  };
}

/** One that keeps no checkpoint yet vouches for nothing. */
async function askHosts(
  { host = [], sshKeyFile, ...options }: VerifyOptions,
  terminal: Terminal,
): Promise<FoundCheckpoint[]> {
  if (host.length === 0) return [];
  const remote = await openRemoteState(options, terminal);
  const found: FoundCheckpoint[] = [];
  try {
    for (const name of host) {
      const text = await readWitness(remote, name, sshKeyFile);
      if (text === undefined) {
        terminal.line(`${name} keeps no checkpoint of the log yet.`);
      } else {
        found.push({ name, text });
      }
    }
  } finally {
    remote.close();
  }
  return found;
}

async function verifyPlace(
  name: string | undefined,
  checkpoints: readonly Checkpoint[],
  options: VerifyOptions,
  terminal: Terminal,
): Promise<LogReport> {
  const place = await openLogPlace(name, options, terminal);
  try {
    const adopted: AdoptedFile[] = [];
    let genesis: Genesis | undefined;
    const sizes = checkpoints.map(({ size }) => size);
    const report = await verifyLog({
      files: place.files(options.since ? Math.min(...sizes) : 0),
      checkpoints,
      from: options.since ? 'checkpoint' : 'genesis',
      visit: (entry) => {
        if (entry.seq === 0) genesis = readGenesis(entry);
        const file = readAdopted(entry);
        if (file !== undefined) adopted.push(file);
      },
      progress: progressOf(terminal),
    });
    if (genesis !== undefined) tellRepository(genesis, place, terminal);
    return await checkAdopted(place, adopted, report);
  } finally {
    place.close();
  }
}

/** A repository may be renamed, and a log copied: a person knows which. */
function tellRepository(
  genesis: Genesis,
  { repository }: LogPlace,
  terminal: Terminal,
): void {
  if (repository === undefined || repository === genesis.repository) return;
  terminal.line(
    `The log was begun for ${genesis.repository}; this is ${repository}.`,
  );
}

/** A sealed file that was changed or taken away is a change of the log. */
async function checkAdopted(
  { beside }: LogPlace,
  adopted: readonly AdoptedFile[],
  report: LogReport,
): Promise<LogReport> {
  const whole = ['consistent', 'no-checkpoints'].includes(report.verdict);
  if (!whole || beside === undefined) return report;
  for (const { path, sha256, seq } of adopted) {
    const file = await beside(path);
    if (file === undefined) {
      const detail = `${path}, which entry ${seq} seals, is missing`;
      return { ...report, verdict: 'truncated', detail };
    }
    const hash = createHash('sha256');
    for await (const chunk of file.chunks) hash.update(chunk);
    const found = hash.digest('hex');
    if (found === sha256) continue;
    const detail = `${path} has the SHA-256 ${found}; entry ${seq} seals ${sha256}`;
    return { ...report, verdict: 'bad-line', detail };
  }
  return report;
}

const PROGRESS_STEP = 20_000;

function progressOf(terminal: Terminal) {
  let next = PROGRESS_STEP;
  return (read: number, bytes: number) => {
    if (read < next) return;
    next = read + PROGRESS_STEP;
    const megabytes = (bytes / 1_000_000).toFixed(0);
    terminal.progress(`${read} entries, ${megabytes} MB`);
  };
}

function untrusted(detail: string): LogReport {
  return {
    ...{ verdict: 'bad-signature', detail, log: undefined, head: undefined },
    ...{ size: 0, read: 0, bytes: 0, attested: 0 },
  };
}

function judge(report: LogReport): Verdict {
  const about = { gate: 'audit-verify', sha: '' };
  const reason = describeReport(report);
  if (report.verdict === 'consistent') {
    return passVerdict(about, 'audit/consistent', reason);
  }
  return refuseVerdict(about, [finding(`audit/${report.verdict}`, reason)]);
}

/** Only of a log whose entries fit together. */
function keepCheckpoint(
  path: string,
  { verdict, log, size, head }: LogReport,
  { signKeyFile }: VerifyOptions,
): void {
  const whole = verdict === 'consistent' || verdict === 'no-checkpoints';
  if (!whole || log === undefined || head === undefined) return;
  writeCheckpoint(path, { log, size, head }, signKeyFile);
}

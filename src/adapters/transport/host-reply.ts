import { userInfo } from 'node:os';
import { commandOnHost } from '../../host/command-on-host.ts';
import type { HostReply, HostRequest } from '../../host/host-session.ts';
import {
  encodeRequest,
  MAX_ANSWER_BYTES,
  parseAnswer,
} from '../../host/protocol.ts';
import { printable } from '../../model/printable.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import { finding } from '../../model/verdict.ts';
import type { CommandResult, Exec } from '../exec.ts';
import type { OpenHostRequest } from './open-host.ts';

/** The program that carries one request to a host, and its surroundings. */
export interface Carrier {
  /** Whom it speaks to. */
  readonly host: Pick<OpenHostRequest, 'name' | 'policy' | 'redact'>;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Reason code and text of a failure of the carrier itself. */
  readonly explain: (result: CommandResult) => {
    readonly code: ReasonCode;
    readonly reason: string;
  };
}

const MAX_SAMPLE_CHARACTERS = 200;

/** The environment of a transport's own programs: nothing is handed on. */
export const CARRIER_PATH =
  '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin';

/** Sends one request and reads its answer. */
export async function carry(
  exec: Exec,
  carrier: Carrier,
  request: HostRequest,
): Promise<HostReply> {
  const result = await exec.run({
    file: carrier.file,
    args: carrier.args,
    env: carrier.env,
    input: Buffer.concat([
      encodeRequest(request.fields),
      request.body ?? Buffer.alloc(0),
    ]),
    timeoutMs: request.timeoutMs,
    maxBytes: MAX_ANSWER_BYTES,
  });
  const answer = parseAnswer(result.stdout);
  switch (answer.kind) {
    case 'answer':
      return { kind: 'answer', fields: answer.fields };
    case 'nonsense':
      return nonsense(carrier.host, answer.sample);
    case 'cut-off': {
      const { code, reason } = carrier.explain(result);
      // A program that was not found cannot have begun anything.
      const started = result.failure === 'not-found' ? 'no' : 'maybe';
      return lost(started, code, reason);
    }
  }
}

export function lost(
  started: 'no' | 'maybe',
  code: ReasonCode,
  reason: string,
  remedy?: string,
): HostReply {
  const details = remedy === undefined ? {} : { remedy };
  return { kind: 'lost', started, finding: finding(code, reason, details) };
}

/** Redacted before it is cut: half a secret is not known for one. */
function nonsense(host: Carrier['host'], sample: string): HostReply {
  const { name, policy, redact } = host;
  const said = printable(redact(sample)).slice(0, MAX_SAMPLE_CHARACTERS);
  return lost(
    'maybe',
    'host/nonsense',
    `${name} printed what is no answer of ours: ${said}`,
    `Find what prints that, such as a login script; this has to print nothing: ${commandOnHost({ policy }, 'true')}`,
  );
}

/** The home of the user we run as, which need not be one that has a name. */
export function homeFolder(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '/';
  }
}

/** How a carrier ended and the last it said, redacted, on one line. */
export function describeCarrier(
  what: string,
  result: CommandResult,
  redact: OpenHostRequest['redact'],
): string {
  const how = result.failure ?? `exit ${result.exitCode}`;
  const tail = result.stderr.trim().split(/\r?\n/).slice(-3).join(' | ');
  return `${what} ended early (${how})${tail === '' ? '' : `: ${printable(redact(tail))}`}`;
}

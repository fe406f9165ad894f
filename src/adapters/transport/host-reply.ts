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
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Reason code and text of a failure of the carrier itself. */
  readonly explain: (result: CommandResult) => {
    readonly code: ReasonCode;
    readonly reason: string;
  };
}

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
      return lost('maybe', 'host/nonsense', `It printed ${answer.sample}`);
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
): HostReply {
  return { kind: 'lost', started, finding: finding(code, reason) };
}

/** How a carrier ended and the last it said, redacted, on one line. */
export function describeCarrier(
  what: string,
  result: CommandResult,
  redact: OpenHostRequest['redact'],
): string {
  const how = result.failure ?? `exit ${result.exitCode}`;
  const tail = result.stderr.trim().split('\n').slice(-3).join(' | ');
  return `${what} ended early (${how})${tail === '' ? '' : `: ${printable(redact(tail))}`}`;
}

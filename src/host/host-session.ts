import type { HostPolicy } from '../model/policy.ts';
import type { Finding } from '../model/verdict.ts';

/** One operation of the host program; the fields are its request lines. */
export interface HostRequest {
  /** Value of each request line, exact: quotes, newlines and Unicode survive. */
  readonly fields: Readonly<Record<string, string>>;
  /** The tar that follows the request lines, where the operation takes one. */
  readonly body?: Uint8Array;
  /** The program that knows the operation, where it is not the usual one. */
  readonly program?: string;
  /** After this the connection is given up; the host goes on by itself. */
  readonly timeoutMs: number;
}

/**
 * What came back. `lost` is every case without a whole answer; `started` is
 * `no` only where the operation certainly did not begin on the host.
 */
export type HostReply =
  | {
      readonly kind: 'answer';
      readonly fields: ReadonlyMap<string, Buffer>;
    }
  | {
      readonly kind: 'lost';
      readonly started: 'no' | 'maybe';
      readonly finding: Finding;
    };

/**
 * One host of the policy. All operations, also of later steps of the same job,
 * share one connection; `closeHosts` ends it.
 */
export interface HostSession {
  /** Key under `hosts:` in the policy. */
  readonly name: string;
  readonly policy: HostPolicy;
  /** PATH of the module's commands on the host. */
  readonly commandPath: string;
  /** The one door for text from the host; drivers pass all of it through. */
  readonly redact: (text: string) => string;
  /**
   * Whether the program installed on the host answers, which this key cannot
   * pass; undefined until it was spoken to. Absent where no key is in between.
   */
  readonly isRestricted?: () => boolean | undefined;
  /** mode: observe. Nothing is written there, not even what asks for an end. */
  readonly observed?: boolean;
  /** Never throws for what the host or the network does. */
  perform(request: HostRequest): Promise<HostReply>;
  /** Forgets the key and temporary files of this session. */
  close(): Promise<void>;
}

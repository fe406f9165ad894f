import type { Clock } from '../adapters/clock.ts';
import type { HostSession } from '../host/host-session.ts';
import type { Acknowledged } from '../model/acknowledged.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Plan } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import type { RunIdentity } from '../model/status.ts';
import type { Finding } from '../model/verdict.ts';

/** One entry of a release, in repository-root layout. */
export interface ReleaseFile {
  readonly path: string;
  readonly mode: '100644' | '100755' | '120000';
  /** The bytes of the file; the target of a symlink. */
  readonly content: Buffer;
}

/** The content of one module at one commit, as it is to run. */
export interface Release {
  readonly module: string;
  readonly manifest: Manifest;
  /** Repository path of the module's folder, such as `modules/site`. */
  readonly folder: string;
  readonly sha: string;
  /** Identity of the content, 64 hex digits. */
  readonly tree: string;
  /** True: compose takes the images that it ran with when it was live before. */
  readonly asBefore?: boolean;
  /** Reads the files; called at most once for each operation. */
  readonly files: () => Promise<readonly ReleaseFile[]>;
}

export interface PlanRequest {
  readonly host: HostSession;
  readonly release: Release;
  /** What of the policy a driver holds the release to. */
  readonly policy: Pick<Policy, 'allow_host_access' | 'sacred'>;
  /** RFC 3339, UTC; becomes `created_at`. */
  readonly createdAt: string;
}

/**
 * A whole plan with its digest, everything in it already redacted; or why
 * there is none. `output` is what the host printed, redacted, for the log.
 */
export type PlanResult =
  | {
      readonly kind: 'planned';
      readonly plan: Plan;
      /** Highest fence that the host has seen; undefined where it cannot say. */
      readonly fence: number | undefined;
      readonly acknowledged: Acknowledged;
      readonly output: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly refusal: Finding;
      /** What else is wrong, so that all of it can be corrected at once. */
      readonly others?: readonly Finding[];
      readonly output: readonly string[];
    };

export interface ApplyRequest {
  readonly host: HostSession;
  readonly release: Release;
  /** The plan to hold the host to; made by this driver for this release. */
  readonly plan: Plan;
  /** A person armed this one module: what was stateful may change. */
  readonly armed: boolean;
  /** Names the attempt on the host: the same run never does a plan twice. */
  readonly run: RunIdentity;
  /** Waits between the questions after a lost connection. */
  readonly clock: Clock;
  /** Number of the lease; the host refuses one lower than it has seen. */
  readonly fence?: number;
  /** Id of its holder: a number that was given twice counts for one of them. */
  readonly holder?: string;
  /** How far the audit log went; the host refuses one that went further. */
  readonly checkpoint?: string;
  /** How long to wait for the lock of the host; 60 seconds if not given. */
  readonly lockWaitMs?: number;
}

/** How an attempt that ran to its end left the host. */
export interface ApplyEnding {
  /** Name of the attempt's record on the host. */
  readonly record: string;
  readonly health: 'healthy' | 'unhealthy' | 'unknown';
  /** How often something restarted while it was watched; null = not known. */
  readonly restarts: number | null;
  /** Exit status of the apply command; 0 where none was run. */
  readonly returncode: number;
  /** Tree that `current` points to now; null where there is none. */
  readonly liveTree: string | null;
  /** What the commands printed, redacted, one line each. */
  readonly output: readonly string[];
}

/**
 * - `applied`: new content is live and healthy. `releaseOnly`: nothing that
 *   runs had to change, the release was flipped and no command was run.
 * - `noop`: this tree was live, in sync and healthy. Nothing was done.
 * - `unhealthy`: in sync, but not healthy. No command was run and the release
 *   that was live is live.
 * - `rolled_back`: it failed; the release before it runs and is healthy again.
 * - `failed`: it failed and nothing healthy replaced it.
 * - `refused`: nothing was changed (`apply/plan-changed`, `host/locked`,
 *   `plan/host-unreachable`, `plan/host-file-missing` …).
 * - `unknown`: the connection was lost and the host cannot say how it ended.
 *
 * The finding of each is ready to be reported and passed through redaction.
 */
export type ApplyResult =
  | ({
      readonly result: 'applied';
      readonly releaseOnly: boolean;
    } & ApplyEnding)
  | ({ readonly result: 'noop' } & ApplyEnding)
  | ({
      readonly result: 'unhealthy' | 'rolled_back' | 'failed';
      readonly finding: Finding;
    } & ApplyEnding)
  | {
      readonly result: 'refused';
      readonly finding: Finding;
      readonly output: readonly string[];
    }
  | {
      readonly result: 'unknown';
      readonly finding: Finding;
      readonly record: string;
    };

/** What of a release an attempt is called by; all of it may be gone since. */
export interface ReleaseName {
  readonly module: string;
  readonly manifest: Pick<Manifest, 'renamed_from'>;
}

export interface RecordRequest {
  readonly host: HostSession;
  readonly release: ReleaseName;
  /** Name of the record, as an `ApplyResult` gave it. */
  readonly record: string;
  /** True: one that has not begun will not begin later either. */
  readonly abandon?: boolean;
}

/** What the host's own record says about one attempt. */
export type RecordResult =
  /** No attempt of this name ever began. */
  | { readonly kind: 'absent' }
  /** Its worker is still at it. */
  | { readonly kind: 'running'; readonly phase: string }
  | { readonly kind: 'ended'; readonly ending: ApplyResult }
  /** The host could not be asked. */
  | { readonly kind: 'refused'; readonly refusal: Finding };

/** How one kind of module is planned and applied. Host trouble is a value. */
export interface Driver {
  plan(request: PlanRequest): Promise<PlanResult>;
  apply(request: ApplyRequest): Promise<ApplyResult>;
  readRecord(request: RecordRequest): Promise<RecordResult>;
}

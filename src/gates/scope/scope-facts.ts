import type { Policy } from '../../model/policy.ts';

/** Why a module is looked at. */
export type CandidateReason =
  /** The change touches it. */
  | 'changed'
  /** What is live is not what head holds, whatever this change did. */
  | 'lags-behind'
  /** A person named it. */
  | 'asked-for';

/** One module that might be applied, with all that could forbid it. */
export interface Candidate {
  readonly id: string;
  readonly because: CandidateReason;
  /** False where the module is gone at head. */
  readonly exists: boolean;
  readonly stateful: boolean;
  readonly optedOut: boolean;
  readonly selfHosting: boolean;
  /** What of its identity changed, such as `host: a -> b`. */
  readonly identityChanges: readonly string[];
  /** Its range since the last apply holds a control change. */
  readonly controlInRange: boolean;
  /** Its range since the last apply holds a commit beyond the limits. */
  readonly tooManyInRange: boolean;
  /** How the last attempt on exactly this content ended, where that was bad. */
  readonly failedBefore: 'failed' | 'rolled_back' | undefined;
  /** Entries that cannot be applied, such as `"a/b" is a submodule`. */
  readonly unsupported: readonly string[];
  /** Folder of its backups on the host. */
  readonly backupRoot: string;
}

/** What the change consists of; undefined on a dispatch, which has none. */
export interface ChangeSummary {
  readonly paths: number;
  readonly deleted: number;
  /** Lines added and removed; undefined where they were not counted. */
  readonly lines?: number;
  readonly perClass: Readonly<Record<string, number>>;
  /** Paths of the classes that stop the push. */
  readonly control: readonly string[];
  readonly unclassified: readonly string[];
}

/** Everything the scope gate decides on. */
export interface ScopeFacts {
  readonly event: 'push' | 'pull_request' | 'workflow_dispatch';
  readonly head: string;
  readonly base?: string | undefined;
  readonly trusted: string;
  /** True in a runner of a forge, which a self-hosting module would restart. */
  readonly insideRunner: boolean;
  /** The one module a person asked for. */
  readonly asked?: string | undefined;
  readonly onBlocked: 'fail' | 'report';
  readonly limits: Policy['limits'];
  /** Tip of the default branch, where head is an ancestor of it. */
  readonly supersededBy?: string | undefined;
  readonly change?: ChangeSummary | undefined;
  readonly candidates: readonly Candidate[];
  /** Ids of every module at head. */
  readonly known: ReadonlySet<string>;
  /** `depends_on` of the candidates and of all they depend on. */
  readonly dependsOn: ReadonlyMap<string, readonly string[]>;
  /** Manifests that cannot be read, in words. */
  readonly invalid: readonly string[];
  /** Commits that should lie behind head and do not, in words. */
  readonly rewritten: readonly string[];
  /** Entries outside of candidates that cannot be applied, in words. */
  readonly unsupported: readonly string[];
  readonly neverApplied: readonly string[];
}

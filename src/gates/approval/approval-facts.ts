import type { Account, Check, Review } from '../../adapters/forge/forge.ts';

/** What was found about one pull request, on the forge and in git. */
export interface PullFacts {
  readonly number: number;
  readonly base: string;
  readonly merged: boolean;
  readonly author: Account | undefined;
  readonly mergedBy: Account | undefined;
  /** The head that was merged, as `refs/pull/<number>/head` has it. */
  readonly head: string;
  /** Undefined where nobody can say. */
  readonly lastPushers: readonly string[] | undefined;
  readonly reviews: readonly Review[];
  /** All checks of that head. */
  readonly checks: readonly Check[];
  /**
   * The commits of the first-parent line that it was merged as. Empty where
   * what was merged is not what the pull request showed.
   */
  readonly commits: readonly string[];
  /** Paths in which the two differ; told, never decided upon. */
  readonly differing: readonly string[];
  /** Modules that these commits changed something of. */
  readonly modules: readonly string[];
}

/** Where the forge says that a commit comes from. */
export interface CommitOrigin {
  readonly sha: string;
  /** Numbers of merged pull requests; one of them is what it has to be. */
  readonly pulls: readonly number[];
}

/** One module that is asked for. */
export interface ApprovedModule {
  readonly id: string;
  /** Its folder, compose files and `paths:`, as they are told. */
  readonly places: readonly string[];
  /**
   * Every commit of the first-parent line that touched it since it was last
   * applied, or since approvals are asked for; newest first.
   */
  readonly commits: readonly CommitOrigin[];
  /** How many there are where they are too many to be looked up. */
  readonly uncounted?: number;
}

export interface ApprovalFacts {
  /** The commit that would be applied. */
  readonly sha: string;
  readonly baseBranch: string;
  /** False where it is not on the first-parent line of the remote's branch. */
  readonly onBase: boolean;
  /** Undefined where nothing of the checkout is used. */
  readonly checkout:
    | {
        readonly head: string | undefined;
        readonly dirty: readonly string[];
        /** What the event itself would have checked out. */
        readonly expected?: string;
      }
    | undefined;
  /** The pull request that was asked for by SHA or number. */
  readonly asked: number | undefined;
  readonly modules: readonly ApprovedModule[];
  readonly pulls: ReadonlyMap<number, PullFacts>;
  /** Names that this job itself reports under: it waits for nobody. */
  readonly ownChecks: readonly string[];
}

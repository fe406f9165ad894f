/** An account of the forge. */
export interface Account {
  readonly login: string;
  /** True where the forge itself says that it is no person. */
  readonly machine: boolean;
}

/** A pull request, as far as anybody here asks about it. */
export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly author: Account | undefined;
  readonly merged: boolean;
  readonly mergedBy: Account | undefined;
  /** The commit on the base branch that it was merged as. */
  readonly mergeCommit: string | undefined;
  /** Tip of the base branch as it is now. */
  readonly base: PullRequestBranch;
  /**
   * Tip of its branch as it is now, which after the merge may be another one
   * than what was merged; `refs/pull/<number>/head` tells that.
   */
  readonly head: PullRequestBranch;
  /** Where it forked off, where the forge tells. */
  readonly mergeBase: string | undefined;
}

export interface PullRequestBranch {
  readonly ref: string;
  readonly sha: string;
  /** `owner/name`; undefined where that repository is gone. */
  readonly repository: string | undefined;
}

export interface Review {
  readonly id: number;
  readonly author: Account | undefined;
  /**
   * `none`: not sent yet, or only asked for. `unknown`: a word that nobody
   * here knows, which takes back what the same person said before.
   */
  readonly state:
    | 'approved'
    | 'changes-requested'
    | 'comment'
    | 'none'
    | 'unknown';
  /** The commit it was given for. */
  readonly commit: string;
  /** True where the forge lets it count: somebody who may write gave it. */
  readonly official: boolean;
  readonly stale: boolean;
  readonly dismissed: boolean;
}

/** The newest result of one check of a commit. */
export interface Check {
  readonly name: string;
  readonly state: 'success' | 'pending' | 'failure';
}

export interface Comment {
  readonly id: number;
  readonly body: string;
  readonly author: Account | undefined;
}

/** What approval asks of a forge. */
export interface PullRequestForge {
  /**
   * Merged pull requests that brought a commit to the base branch. Forgejo
   * answers for the commit that a merge ended with, and for no other one.
   */
  findMerged(sha: string): Promise<readonly PullRequest[]>;
  readPull(number: number): Promise<PullRequest | undefined>;
  /** All of them, oldest first. */
  listReviews(number: number): Promise<readonly Review[]>;
  listChecks(sha: string): Promise<readonly Check[]>;
  /**
   * Logins that may have pushed the head of a pull request; undefined where
   * the forge does not tell.
   */
  findLastPushers(
    pull: PullRequest,
    head: string,
  ): Promise<readonly string[] | undefined>;
}

/** What is needed to talk on a pull request. A POST never happens twice. */
export interface CommentForge {
  /** All of them, oldest first. */
  listComments(number: number): Promise<readonly Comment[]>;
  addComment(number: number, body: string): Promise<Comment>;
  editComment(id: number, body: string): Promise<Comment>;
}

/** A run as it named itself while it ran. */
export interface RunName {
  readonly id: string;
  readonly number: string;
  readonly attempt: string;
}

/** What is asked about runs of the repository. */
export interface RunForge {
  /** `unknown` where the forge does not tell, or knows no such run. */
  readRun(run: RunName): Promise<'over' | 'going' | 'unknown'>;
}

/** One forge, through one door. */
export type Forge = PullRequestForge & CommentForge & RunForge;

import type { Review } from '../../adapters/forge/forge.ts';
import { isMachineAccount } from '../../model/machine-account.ts';
import type { Policy } from '../../model/policy.ts';
import { printable } from '../../model/printable.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { PullFacts } from './approval-facts.ts';

type ApprovalPolicy = Policy['approval'];

/** Who approved what was merged, and what the reviews say against it. */
export interface ReviewJudgement {
  /** Logins, each once. */
  readonly approvers: readonly string[];
  readonly findings: readonly Finding[];
}

/** Why the latest word of a person is no approval that counts. */
type Shortcoming = 'none' | 'stale' | 'self' | 'other';

/** Reviews of one person that say something, oldest first. */
type Words = readonly Review[];

/**
 * Judges the reviews of a pull request. The latest word of each person counts,
 * and of an approval only one that the forge lets count, for exactly the head
 * that was merged, by somebody who neither wrote it nor pushed it last.
 */
export function judgeReviews(
  pull: PullFacts,
  policy: ApprovalPolicy,
): ReviewJudgement {
  const people = [...wordsOfPeople(pull.reviews)];
  const judged = people.map(([, words]) => ({
    login: words.at(-1)?.author?.login ?? '',
    shortcoming: judgeWord(words.at(-1), pull, policy),
  }));
  const named = (which: Shortcoming) =>
    judged
      .filter(({ shortcoming }) => shortcoming === which)
      .map(({ login }) => login)
      .sort();
  const approvers = named('none');
  const objecting = people.flatMap(([, words]) =>
    isObjecting(words) ? [words.at(-1)?.author?.login ?? 'somebody'] : [],
  );
  const findings: Finding[] = [];
  if (objecting.length > 0) {
    findings.push(
      finding(
        'approval/changes-requested',
        printable(
          `PR #${pull.number}: ${objecting.sort().join(', ')} asked for changes`,
        ),
      ),
    );
  }
  if (approvers.length < policy.min_approvals) {
    findings.push(
      tooFew(pull, policy, {
        approvers,
        stale: named('stale'),
        self: named('self'),
      }),
    );
  }
  return { approvers, findings };
}

/** By person, whatever the order they came in; comments change no mind. */
function wordsOfPeople(reviews: readonly Review[]): Map<string, Review[]> {
  const people = new Map<string, Review[]>();
  const inOrder = [...reviews].sort((one, other) => one.id - other.id);
  for (const review of inOrder) {
    if (review.state === 'comment' || review.state === 'none') continue;
    // An account that is gone stands for nobody, and may still object.
    const person = review.author?.login.toLowerCase() ?? `#${review.id}`;
    const words = people.get(person) ?? [];
    people.set(person, words);
    words.push(review);
  }
  return people;
}

function judgeWord(
  word: Review | undefined,
  pull: PullFacts,
  policy: ApprovalPolicy,
): Shortcoming {
  if (word?.state !== 'approved' || word.dismissed || !word.official) {
    return 'other';
  }
  const { author } = word;
  if (
    !author ||
    author.machine ||
    isMachineAccount(author.login, policy.not_counted)
  ) {
    return 'other';
  }
  if (word.stale || word.commit !== pull.head) return 'stale';
  if (policy.allow_self_approval) return 'none';
  const { author: writer, lastPushers } = pull;
  if (!writer || !lastPushers) return 'self';
  const own = [writer.login, ...lastPushers].map((name) => name.toLowerCase());
  return own.includes(author.login.toLowerCase()) ? 'self' : 'none';
}

/** A request for changes stands until the same person approves. */
function isObjecting(words: Words): boolean {
  const request = words.findLastIndex(
    ({ state, dismissed, official }) =>
      state === 'changes-requested' && !dismissed && official,
  );
  if (request < 0) return false;
  return !words
    .slice(request + 1)
    .some(({ state, dismissed }) => state === 'approved' && !dismissed);
}

function tooFew(
  pull: PullFacts,
  { min_approvals: wanted }: ApprovalPolicy,
  people: Readonly<Record<'approvers' | 'stale' | 'self', readonly string[]>>,
): Finding {
  const { approvers, stale, self } = people;
  const has = `PR #${pull.number} has ${approvers.length} of ${wanted} approvals of ${pull.head}`;
  if (stale.length > 0) {
    return finding(
      'approval/stale-approval',
      printable(`${has}; ${stale.join(', ')} approved another commit`),
    );
  }
  if (self.length > 0) {
    const whose = pull.lastPushers
      ? 'wrote or pushed it'
      : 'approved it, and nobody can say who pushed it last';
    return finding(
      'approval/self-approval',
      printable(`${has}; ${self.join(', ')} ${whose}`),
    );
  }
  return finding('approval/too-few-approvals', printable(has));
}

import type { ReasonTable } from './reason.ts';

/** Codes of `approved-sha-verify` and of what asks the forge. */
export const APPROVAL_REASONS = {
  'approval/approved': {
    exit: 0,
    cause:
      'Every commit that touched the modules comes from a merged, approved pull request, or lies before approval.since.',
    remedy: '',
  },
  'approval/not-rehearsed': {
    exit: 0,
    cause:
      'A rehearsal has no forge, so approval was not looked at; it counts for a rehearsal alone.',
    remedy: '',
  },
  'approval/break-glass': {
    exit: 0,
    cause:
      'A person went past the approval with a reason, which is on record; nothing else was skipped.',
    remedy: '',
  },
  'approval/break-glass-not-a-person': {
    exit: 6,
    cause:
      'Something else than a person who dispatches by hand gave a reason to go past the approval.',
    remedy:
      'Have a person dispatch the apply lane with break_glass_reason; an account of approval.not_counted is none.',
  },
  'approval/break-glass-reason': {
    exit: 6,
    cause:
      'The reason to go past the approval is too short, too long, or no words.',
    remedy:
      'Say in one line what is on fire and why it cannot wait for an approval, such as: break_glass_reason=DNS is down, the reviewer is asleep.',
  },
  'approval/malformed-sha': {
    exit: 2,
    cause:
      'The SHA is not a full commit id: too short, not hexadecimal, or the name of something else.',
    remedy:
      'Give all 40 hex digits of the commit the pull request was merged as, or of its last commit (git rev-parse <commit>).',
  },
  'approval/forge-unavailable': {
    exit: 3,
    cause:
      'The forge did not answer, not in time, or not in a way that can be believed.',
    remedy:
      'Look at the message, check that the API of the forge answers (curl -i <api-url>/version), and run the job again.',
  },
  'approval/token-missing': {
    exit: 3,
    cause: 'There is no token to ask the forge with.',
    remedy:
      'Give the input token, such as ${{ github.token }}; at a terminal set APPLY_GATES_TOKEN.',
  },
  'approval/forbidden': {
    exit: 3,
    cause: 'The forge does not let the token read what the gate has to know.',
    remedy:
      'Let the token read code, pull requests and statuses of the repository (on GitHub permissions: contents, pull-requests, checks and statuses: read).',
  },
  'approval/git-unavailable': {
    exit: 3,
    cause:
      'git could not tell what the gate has to know: it is missing, or the history could not be fetched.',
    remedy:
      'Check out with full history (fetch-depth: 0), and check that the token can read the repository.',
  },
  'approval/no-pull-request': {
    exit: 6,
    cause: 'A commit did not come in through a pull request.',
    remedy:
      'Open a pull request for the change, or dispatch the apply lane with break_glass_reason.',
  },
  'approval/ambiguous': {
    exit: 6,
    cause: 'More than one pull request answers to the SHA.',
    remedy: 'Give the commit it was merged as, or the number as pr.',
  },
  'approval/not-merged': {
    exit: 6,
    cause: 'The pull request is not merged.',
    remedy: 'Merge the pull request, then run the job again.',
  },
  'approval/wrong-base': {
    exit: 6,
    cause: 'The pull request was merged into another branch.',
    remedy: 'Open a pull request into the default branch.',
  },
  'approval/not-on-base': {
    exit: 6,
    cause:
      'The commit is not on the first-parent line of the default branch as the forge has it.',
    remedy:
      'Give a commit of git log --first-parent origin/<default branch>; one that was only merged in does not count.',
  },
  'approval/merged-by-bot': {
    exit: 6,
    cause:
      'The pull request was merged by an account that never counts as a person, or nobody can say by whom.',
    remedy:
      'Let a person merge, or dispatch the apply lane with break_glass_reason.',
  },
  'approval/too-few-approvals': {
    exit: 6,
    cause:
      'Fewer people than approval.min_approvals approved the commit that was merged.',
    remedy:
      'Dispatch the apply lane with break_glass_reason, or open a pull request again and have it approved before it is merged.',
  },
  'approval/changes-requested': {
    exit: 6,
    cause: 'Somebody asked for changes and has not taken that back.',
    remedy:
      'Let that person approve, or dismiss the review with a reason, then run the job again.',
  },
  'approval/stale-approval': {
    exit: 6,
    cause: 'The approvals are for another commit than the one that was merged.',
    remedy: 'Let somebody approve what was merged, then run the job again.',
  },
  'approval/self-approval': {
    exit: 6,
    cause: 'Whoever wrote the change or pushed it last approved it.',
    remedy:
      'Let another person approve; approval.allow_self_approval lets the author count.',
  },
  'approval/checks-failing': {
    exit: 6,
    cause: 'A check of approval.require_checks is not green.',
    remedy:
      'Run the check on the head of the pull request again until it is green, then run the job again.',
  },
  'approval/module-not-in-pr': {
    exit: 6,
    cause: 'The pull request changed nothing of the module.',
    remedy: 'Give the commit that changed the module.',
  },
  'approval/reviewed-differs': {
    exit: 6,
    cause: 'What was merged is not what the pull request showed.',
    remedy:
      'Compare the two (git diff), and bring what was added in through a pull request of its own.',
  },
  'approval/range-too-long': {
    exit: 6,
    cause: 'Too many commits touched the modules since they were last applied.',
    remedy:
      'Dispatch the apply lane for the newest pull request of each module, or set approval.since in the policy.',
  },
  'approval/live-differs': {
    exit: 6,
    cause:
      'The status on the state branch says that a later commit is live than the host does, or the host has no release: what was merged between them may not have been looked at. The host decides.',
    remedy:
      'See whether the status was changed by somebody else than a run (git log origin/platform-state). Where the host was moved or set up anew, take the file .platform/state/modules/<id>.status.json off the state branch, so that approval is looked for from approval.since on; or dispatch the apply lane with break_glass_reason.',
  },
  'approval/checkout-mismatch': {
    exit: 6,
    cause: 'The checkout is not at the commit that was approved.',
    remedy: 'Check out the merge commit of the pull request.',
  },
  'approval/dirty-checkout': {
    exit: 6,
    cause: 'The checkout holds changes that are not in the commit.',
    remedy: 'Remove them (git status), or check out again.',
  },
} as const satisfies ReasonTable<'approval'>;

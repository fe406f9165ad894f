import type { ReasonTable } from './reason.ts';

/** Codes of `auto-apply-scope`, and of reading policy and manifests. */
export const SCOPE_REASONS = {
  'scope/eligible': {
    exit: 0,
    cause: 'At least one module may be applied.',
    remedy: '',
  },
  'scope/nothing-to-apply': {
    exit: 0,
    cause: 'No module needs to be applied, or none may be without a person.',
    remedy: '',
  },
  'scope/superseded': {
    exit: 0,
    cause: 'A newer commit is already on the default branch, or was applied.',
    remedy: 'Nothing: the run of the newer commit applies this change too.',
  },
  'scope/no-policy': {
    exit: 2,
    cause: 'There is no policy at the trusted commit.',
    remedy:
      'Merge .platform/gates.yaml into the default branch first; it counts from the next push on.',
  },
  'scope/invalid-policy': {
    exit: 2,
    cause: 'The policy at the trusted commit is not valid.',
    remedy: 'Correct the named line of the policy and merge it.',
  },
  'scope/invalid-manifest': {
    exit: 2,
    cause: 'A module.yaml is missing, unreadable or not valid.',
    remedy: 'Correct the named line of the manifest and merge it.',
  },
  'scope/unknown-module': {
    exit: 2,
    cause: 'An id that was asked for is no module of this repository.',
    remedy: 'Use one of the ids under the modules folder.',
  },
  'scope/no-merge-base': {
    exit: 3,
    cause: 'The commits to compare have no common history that can be fetched.',
    remedy:
      'Check out with full history (fetch-depth: 0), or rebase the branch onto the default branch.',
  },
  'scope/event-not-supported': {
    exit: 4,
    cause: 'The event that started the run never applies anything.',
    remedy:
      'Run the lane on a push to the default branch or by workflow_dispatch.',
  },
  'scope/wrong-ref': {
    exit: 4,
    cause: 'The run was started from a ref that is not the default branch.',
    remedy: 'Start it from the default branch.',
  },
  'scope/stateful': {
    exit: 4,
    cause:
      'The module is stateful at head, at base, or where it was last applied.',
    remedy:
      'Take a backup and dispatch the lane by hand with allow_stateful, backup_ref and stateful_confirm.',
  },
  'scope/opted-out': {
    exit: 4,
    cause: 'The module says auto_apply: false.',
    remedy: 'Dispatch the lane by hand for this module.',
  },
  'scope/self-hosting': {
    exit: 4,
    cause: 'The module runs the forge or the runner that would apply it.',
    remedy:
      'Apply it from a machine that does not depend on it, with the apply-gates command line.',
  },
  'scope/failed-before': {
    exit: 4,
    cause:
      'Exactly this content of the module failed, or was rolled back, when it was last applied.',
    remedy:
      'Correct the module and push it; to try the same content again, dispatch the lane by hand for this module.',
  },
  'scope/module-removed': {
    exit: 4,
    cause: 'The module is gone from the repository but was applied before.',
    remedy:
      'Stop what it left on its host: `apply-gates retire <id> --confirm "retire <id>" --reason <why>`; its data is kept.',
  },
  'scope/identity-change': {
    exit: 4,
    cause: 'The host, driver, project or id of the module changed.',
    remedy:
      'Move the module by hand, with its folder below runtime_root where the host is another one; then dispatch the lane for it, so that the new place is recorded.',
  },
  'scope/unclassified-path': {
    exit: 4,
    cause: 'A changed path belongs to no module and no rule of the policy.',
    remedy:
      'Add the path to a module (paths:), to shared: or to ignore: in the policy.',
  },
  'scope/control-change': {
    exit: 4,
    cause:
      'The range changes the policy, the workflows or another control path.',
    remedy:
      'Check that the change was meant, then dispatch the lane by hand for the modules that wait.',
  },
  'scope/too-many-modules': {
    exit: 4,
    cause: 'More modules would be applied than limits.max_modules allows.',
    remedy:
      'Dispatch the modules one by one, or raise limits.max_modules in the policy.',
  },
  'scope/too-many-files': {
    exit: 4,
    cause: 'More files changed or were deleted than the limits allow.',
    remedy:
      'Check that the change was meant, then dispatch the modules one by one.',
  },
  'scope/unsupported-entry': {
    exit: 4,
    cause:
      'A module holds a submodule, an LFS pointer, a symlink that leaves it, or a path that cannot be applied.',
    remedy: 'Replace the named entry with a plain file inside the module.',
  },
  'scope/history-rewritten': {
    exit: 4,
    cause:
      'The commit last applied, or the one before the push, is no ancestor of head.',
    remedy:
      'Restore the old history, or bring the named commit back behind head: git merge -s ours <commit>.',
  },
} as const satisfies ReasonTable<'scope'>;

import type { ReasonTable } from './reason.ts';

/** Codes of the way back to a release that was live before. */
export const ROLLBACK_REASONS = {
  'rollback/target': {
    exit: 0,
    cause:
      'The release was live on the host before; a person goes back to it, with the images that it ran with.',
    remedy:
      'The module is frozen by it: `apply-gates unfreeze --module <id> --reason <why>` when the next release may come.',
  },
  'rollback/not-a-person': {
    exit: 6,
    cause:
      'A push, a schedule or a machine account wanted to go back to an earlier release.',
    remedy:
      'Have a person dispatch the rollback lane; an account of approval.not_counted is none.',
  },
  'rollback/reason': {
    exit: 6,
    cause: 'The reason to go back is missing, or says nothing.',
    remedy:
      'Say in one line what is wrong with what is live, such as: reason=the login page of the new release is blank.',
  },
  'rollback/nothing-live': {
    exit: 4,
    cause: 'Nothing of the module is live on its host.',
    remedy:
      'Apply a commit of it instead: dispatch the apply lane with its module and sha.',
  },
  'rollback/nothing-before': {
    exit: 4,
    cause: 'No earlier release of the module was live on its host before.',
    remedy:
      'Put a commit that undoes the change on the default branch (git revert), and let it be merged.',
  },
  'rollback/already-live': {
    exit: 4,
    cause: 'The commit asked for is what is live.',
    remedy: 'Leave `to` out, or name another commit of those listed.',
  },
  'rollback/never-applied': {
    exit: 4,
    cause:
      'The commit asked for was never live on the host, or the audit log does not say so.',
    remedy:
      'Name one of the commits that are listed; one that never was live is applied by the apply lane.',
  },
  'rollback/image-gone': {
    exit: 5,
    cause:
      'An image that the release ran with is not kept on the host any more, and its name may lead to another one by now.',
    remedy:
      'Go back to a release whose images are kept (the three newest), or pin the image by its digest in the compose file and have that merged.',
  },
} as const satisfies ReasonTable<'rollback'>;

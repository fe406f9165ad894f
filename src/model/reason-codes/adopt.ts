import type { ReasonTable } from './reason.ts';

/** Codes of `apply-gates adopt`. */
export const ADOPT_REASONS = {
  'adopt/unchanged': {
    exit: 0,
    cause: 'Each container is the one that was noted, with its start time.',
    remedy: '',
  },
  'adopt/unknown-project': {
    exit: 2,
    cause: 'Nothing of a compose project of that name is on the host.',
    remedy:
      'Give one of the names that the reason has, as docker compose ls shows them.',
  },
  'adopt/inline-credential': {
    exit: 5,
    cause: 'A compose file holds what looks like a credential.',
    remedy:
      'Put the value into .env beside the compose file on the host, and a variable in its place.',
  },
  'adopt/not-running': {
    exit: 5,
    cause: 'A service of the project does not run.',
    remedy:
      'Start it on the host as it was started before, or leave it out with --services.',
  },
  'adopt/unsupported': {
    exit: 5,
    cause: 'The project runs in a way that no module can describe.',
    remedy: 'Correct what the reason names on the host, then run it again.',
  },
  'adopt/differs': {
    exit: 5,
    cause: 'An apply would change something that runs, so nothing was written.',
    remedy:
      'Correct what is named, then run it again; or write the draft all the same with --unproven.',
  },
  'adopt/restarted': {
    exit: 7,
    cause: 'A container is not the one that was noted, or was started since.',
    remedy: 'Look at docker events and at the log of the lane for that time.',
  },
} as const satisfies ReasonTable<'adopt'>;

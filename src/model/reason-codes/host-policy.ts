import type { ReasonTable } from './reason.ts';

/** Codes of hosts that defend themselves, and of `apply-gates host`. */
export const HOST_POLICY_REASONS = {
  'host/installed': {
    exit: 0,
    cause: 'The host has what this version puts there.',
    remedy: '',
  },
  'host/changed': {
    exit: 0,
    cause: 'The host was changed so that it has what it should have.',
    remedy: '',
  },
  'host/removed': {
    exit: 0,
    cause: 'Nothing of apply-gates-host is left on the host.',
    remedy: '',
  },
  'host/dry-run': {
    exit: 0,
    cause: 'What would be changed on the host was told, and nothing was done.',
    remedy: '',
  },
  'host/unrestricted': {
    exit: 0,
    cause:
      'The key opens a shell on the host: whoever holds it can do there what its user can.',
    remedy:
      'Pin it to the host program: run `apply-gates host install <host>`.',
  },
  'host/differs': {
    exit: 3,
    cause: 'The host does not have what this version would put there.',
    remedy: 'Look at what differs, then run `apply-gates host install <host>`.',
  },
  'host/admin-unavailable': {
    exit: 3,
    cause: 'The host could not be administered over the SSH access given.',
    remedy:
      'Log in by hand with the same user and key once; it takes root, or sudo without a password.',
  },
  'host/version-mismatch': {
    exit: 3,
    cause: 'The program on the host is of another version than this one.',
    remedy:
      'Run `apply-gates host install <host>` with this version, as its administrator.',
  },
  'host/misconfigured': {
    exit: 3,
    cause: "The host's own policy, host.conf, cannot be read.",
    remedy:
      'Run `apply-gates host install <host>` with this version, as its administrator.',
  },
  'host/unverified': {
    exit: 3,
    cause: 'The host could not see for itself what is merged.',
    remedy:
      'Let the host reach the repository with its deploy key, then run the job again.',
  },
  'host/not-on-branch': {
    exit: 6,
    cause:
      'The commit is not on the first-parent line of the default branch, as the host itself sees it.',
    remedy: 'Merge it; what is not merged is not taken.',
  },
  'host/content-differs': {
    exit: 5,
    cause:
      'What arrived on the host is not what its repository has at that commit.',
    remedy:
      'Find out who else holds the key of the runner; a lane of ours sends what git has.',
  },
  'host/forbidden': {
    exit: 5,
    cause: "The host's own policy, host.conf, does not allow it.",
    remedy:
      'Take it out of the change; or allow it on the host: `apply-gates host install <host>` with --driver, --project or --project-directory, and every value that is to count.',
  },
} as const satisfies ReasonTable<'host'>;

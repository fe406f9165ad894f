import type { Check } from './check.ts';

const AGAIN = 'Run it again; where it stays so, look at the reason.';
const UPDATED = 'git fetch origin, then run it again.';

/** Of this machine, the repository and its state branch. */
export const CHECKS_HERE = {
  node: {
    what: 'The Node that runs this.',
    unseen: AGAIN,
    outcomes: {
      old: {
        severity: 'missing',
        means: 'Older than 20.19.',
        remedy: 'Install Node 24, or run the job in an image that has it.',
      },
    },
  },
  'git-version': {
    what: 'The git that is found in PATH.',
    unseen: 'git --version',
    outcomes: {
      old: {
        severity: 'missing',
        means: 'Older than 2.34, or not there.',
        remedy: 'Install git 2.34 or later.',
      },
    },
  },
  'ssh-client': {
    what: 'OpenSSH, where a host is reached by it.',
    unseen: 'ssh -V',
    outcomes: {
      absent: {
        severity: 'missing',
        means: 'There is none.',
        remedy: 'Install the client of OpenSSH (openssh-client).',
      },
    },
  },
  checkout: {
    what: 'A git repository with a default branch.',
    unseen: AGAIN,
    outcomes: {
      unusable: {
        severity: 'missing',
        means: 'It is no repository, or its default branch is not known.',
        remedy: 'git remote set-head origin --auto',
      },
    },
  },
  policy: {
    what: 'The policy at the tip of the default branch, as far as it was fetched.',
    unseen: UPDATED,
    outcomes: {
      unusable: {
        severity: 'missing',
        means: 'It is not there, or not valid.',
        remedy:
          'apply-gates validate; merge it into the default branch; git fetch origin',
      },
      behind: {
        severity: 'advice',
        means: 'The remote has a newer default branch than what was looked at.',
        remedy: UPDATED,
      },
    },
  },
  manifests: {
    what: 'Every manifest, held to that policy.',
    unseen: AGAIN,
    outcomes: {
      invalid: {
        severity: 'missing',
        means: 'Some are not valid, so every push is refused.',
        remedy: 'apply-gates validate',
      },
    },
  },
  workflows: {
    what: 'The workflows there, by `apply-gates lint`.',
    unseen: 'apply-gates lint',
    outcomes: {
      refused: {
        severity: 'dangerous',
        means: 'The lint refuses them.',
        remedy: 'apply-gates lint',
      },
      reported: {
        severity: 'advice',
        means: 'The lint has something to say, and lets them pass.',
        remedy: 'apply-gates lint',
      },
    },
  },
  'known-hosts': {
    what: 'The key of each host, in the known_hosts file of the trusted commit.',
    unseen: 'ssh-keygen -F <place> -f <file>',
    outcomes: {
      absent: {
        severity: 'missing',
        means: 'There is none for this host, so it is not spoken to.',
        remedy:
          'ssh-keyscan -p <port> <address>; compare it with the keys on the host itself (ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub there), put it into <file> and merge it.',
      },
    },
  },
  origin: {
    what: 'The remote, with its default branch.',
    unseen: 'git ls-remote origin',
    outcomes: {
      branchless: {
        severity: 'missing',
        means:
          'It has no branch of the name that is taken for the default one.',
        remedy: 'git remote set-head origin --auto',
      },
    },
  },
  'state-branch': {
    what: 'The state branch there, and whether it is one of ours.',
    unseen: 'git ls-remote origin <branch>',
    outcomes: {
      absent: {
        severity: 'advice',
        means: 'It is not there yet; the first run of a lane makes it.',
        remedy: 'Dispatch the lane once.',
      },
      foreign: {
        severity: 'missing',
        means: 'Something on it is not ours, so nothing of it is believed.',
        remedy: 'git fetch origin <branch> && git log -p FETCH_HEAD',
      },
    },
  },
  leases: {
    what: 'The leases on the state branch.',
    unseen: 'apply-gates status',
    outcomes: {
      past: {
        severity: 'advice',
        means: 'Its time is over and nobody gave it back: a run died.',
        remedy:
          'apply-gates unlock <host> --reason <why>, or wait for the next run.',
      },
      unreadable: {
        severity: 'missing',
        means: 'It cannot be read, so it counts as held.',
        remedy: 'apply-gates unlock <host> --reason <why>',
      },
    },
  },
  intents: {
    what: 'Attempts that are on record as begun and not as ended.',
    unseen: 'apply-gates status',
    outcomes: {
      open: {
        severity: 'missing',
        means:
          'Nobody is at it any more; the next apply of the module is refused.',
        remedy: 'apply-gates reconcile <module>',
      },
    },
  },
} as const satisfies Readonly<Record<string, Check>>;

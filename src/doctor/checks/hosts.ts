import type { Check } from './check.ts';

const UNSEEN = 'Mend the connection to the host first, then run it again.';
const INSTALL =
  'apply-gates host install <host> --public-key-file <runner.pub> --repository <url>';

/** Of each host of the policy. */
export const CHECKS_OF_HOSTS = {
  connection: {
    what: 'Whether the host answers, as the one that known_hosts names, and lets the key in.',
    unseen: 'Give the key: --ssh-key-file, or identity_file in the policy.',
    outcomes: {
      unreachable: {
        severity: 'missing',
        means: 'It does not answer, or not in time.',
        remedy: '<login> true',
      },
      denied: {
        severity: 'missing',
        means: 'It does not let the key in.',
        remedy:
          'apply-gates host install <host> --public-key-file <runner.pub>',
      },
      'unknown-key': {
        severity: 'missing',
        means: 'Its key is not in known_hosts, so it is not spoken to.',
        remedy: 'As said beside known-hosts.',
      },
      'other-key': {
        severity: 'dangerous',
        means:
          'Its key is not the one in known_hosts: it may be somebody else.',
        remedy:
          'Compare, on the host itself: ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub. Merge the new key only if it is that.',
      },
      nonsense: {
        severity: 'missing',
        means: 'Something else than our program answers.',
        remedy:
          'Find what prints that, such as a login script; this has to print nothing: <login> true',
      },
    },
  },
  'forced-command': {
    what: 'What the key opens there.',
    unseen: UNSEEN,
    outcomes: {
      shell: {
        severity: 'advice',
        means: 'A shell: whoever holds the key can do what its user can.',
        remedy: INSTALL,
      },
      'other-version': {
        severity: 'missing',
        means: 'The program there is of another version.',
        remedy: 'apply-gates host install <host>',
      },
      refuses: {
        severity: 'missing',
        means: 'host.conf there does not allow what the policy says.',
        remedy: 'apply-gates host install <host>',
      },
      unlooking: {
        severity: 'advice',
        means: 'The host does not look itself what is merged.',
        remedy: INSTALL,
      },
    },
  },
  tools: {
    what: 'sh, coreutils, tar, flock, setsid and the rest of what our program needs.',
    unseen: UNSEEN,
    outcomes: {
      absent: {
        severity: 'missing',
        means: 'Some are not there.',
        remedy:
          'On <host>, as root: apt-get install coreutils util-linux tar sed mawk grep gzip diffutils, or what has <tools> there.',
      },
    },
  },
  engine: {
    what: 'docker, and whether its engine answers our user.',
    unseen: UNSEEN,
    outcomes: {
      absent: {
        severity: 'missing',
        means: 'There is no docker in the PATH of lanes.',
        remedy: 'Install docker on <host>.',
      },
      silent: {
        severity: 'missing',
        means: 'The engine does not answer.',
        remedy: '<login> docker info',
      },
    },
  },
  compose: {
    what: 'docker compose 2.30 or later.',
    unseen: UNSEEN,
    outcomes: {
      absent: {
        severity: 'missing',
        means: 'There is none.',
        remedy: 'Install the compose plugin of docker on <host>.',
      },
      old: {
        severity: 'missing',
        means: 'It is older than 2.30.',
        remedy: 'Update the compose plugin of docker on <host>.',
      },
    },
  },
  'runtime-root': {
    what: 'The folder of the releases: there, ours, and nobody else writes to it.',
    unseen: UNSEEN,
    outcomes: {
      absent: {
        severity: 'missing',
        means: 'It is not there, and our user cannot make it.',
        remedy: 'As root on <host>: install -d -m 755 -o <user> <path>',
      },
      'no-folder': {
        severity: 'missing',
        means: 'Something else is in its place.',
        remedy:
          'Look at it, then move it away: <login> mv -T <path> <path>.before',
      },
      link: {
        severity: 'advice',
        means: 'It is a symlink: whoever can change it changes what is live.',
        remedy: 'Name the folder itself as runtime_root in the policy.',
      },
      open: {
        severity: 'dangerous',
        means: 'Others on the host can write to it, and replace releases.',
        remedy: '<login> chmod 755 <path>',
      },
      foreign: {
        severity: 'dangerous',
        means: 'It belongs to somebody else, who can replace releases.',
        remedy: 'As root on <host>: chown <user> <path>',
      },
      unwritable: {
        severity: 'missing',
        means: 'Our user cannot write to it.',
        remedy:
          'As root on <host>: chown <user> <path>; see whether it is mounted read-only: <login> touch <path>',
      },
    },
  },
  'backup-root': {
    what: 'The folder of the backups: there, ours alone, and a folder.',
    unseen: UNSEEN,
    outcomes: {
      absent: {
        severity: 'missing',
        means: 'It is not there, and our user cannot make it.',
        remedy: 'As root on <host>: install -d -m 700 -o <user> <path>',
      },
      'no-folder': {
        severity: 'missing',
        means: 'It is a symlink or no folder, so no backup is taken.',
        remedy:
          'Look at it, then move it away: <login> mv -T <path> <path>.before',
      },
      open: {
        severity: 'dangerous',
        means: 'Others on the host can look into the backups; none is taken.',
        remedy: '<login> chmod 700 <path>',
      },
      foreign: {
        severity: 'missing',
        means: 'It belongs to somebody else, so no backup is taken.',
        remedy: 'As root on <host>: chown <user> <path>',
      },
      unwritable: {
        severity: 'missing',
        means: 'Our user cannot write to it.',
        remedy: 'See whether it is mounted read-only: <login> touch <path>',
      },
    },
  },
  space: {
    what: 'Free space where releases and backups are.',
    unseen: '<login> df -h <path>',
    outcomes: {
      low: {
        severity: 'advice',
        means: 'Less than 1 GiB.',
        remedy: '<login> du -xh -d 1 <path>',
      },
      none: {
        severity: 'missing',
        means: 'Less than 100 MiB.',
        remedy: '<login> du -xh -d 1 <path>',
      },
    },
  },
  clock: {
    what: 'The clock of the host against the one of this machine.',
    unseen: UNSEEN,
    outcomes: {
      skewed: {
        severity: 'advice',
        means: 'They differ by more than 30 seconds.',
        remedy: '<login> timedatectl',
      },
      wrong: {
        severity: 'dangerous',
        means:
          'They differ by more than 5 minutes: how old a backup is cannot be told.',
        remedy:
          'As root on <host>: timedatectl set-ntp true; look at this machine too.',
      },
    },
  },
  leftovers: {
    what: 'What runs left there that died.',
    unseen:
      'Something is at work there, or belongs to another user; run it again later.',
    outcomes: {
      attempt: {
        severity: 'missing',
        means: 'An attempt that has no end, and that nobody is at.',
        remedy: 'apply-gates reconcile <module>',
      },
      stage: {
        severity: 'advice',
        means: 'A staged release of no run; the next run removes it.',
        remedy: 'Nothing, or dispatch the lane.',
      },
      backup: {
        severity: 'advice',
        means:
          'The folder of a backup that was killed; the next one removes it.',
        remedy: 'apply-gates backup <module>',
      },
      halted: {
        severity: 'dangerous',
        means:
          'A backup was killed while services stood still for it; they may still.',
        remedy:
          '<login> docker ps -a --filter status=paused --filter status=exited; then apply-gates backup <module>, which lets them go on.',
      },
    },
  },
  rest: {
    what: 'All of that, where it lies behind a door that did not open.',
    unseen: UNSEEN,
    outcomes: {},
  },
} as const satisfies Readonly<Record<string, Check>>;

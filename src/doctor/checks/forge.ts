import type { Check } from './check.ts';

const WITH_TOKEN =
  'Give a token that may see it: APPLY_GATES_TOKEN, or --token-file <file>; or leave the forge out: --no-forge';
const ADMIN =
  'Run it with the token of an administrator of the repository: APPLY_GATES_TOKEN, or --token-file <file>';

/** Of the forge, and of the runner where this runs in a job. */
export const CHECKS_OF_THE_FORGE = {
  forge: {
    what: 'Whether the API of the forge answers for this repository.',
    unseen: WITH_TOKEN,
    outcomes: {},
  },
  'forge-version': {
    what: 'What the version of the forge gets wrong.',
    unseen: WITH_TOKEN,
    outcomes: {
      'drops-runs': {
        severity: 'advice',
        means:
          'Forgejo before 14: the next push cancels runs that wait or run.',
        remedy:
          'Copy workflows/reconcile.yml, which catches up; or update to Forgejo 14.',
      },
      'garbles-booleans': {
        severity: 'advice',
        means: 'Forgejo before 14: booleans of a dispatch arrive garbled.',
        remedy:
          'Keep inputs of workflows a choice of false and true, as those to copy have them; or update to Forgejo 14.',
      },
      'hides-runs': {
        severity: 'advice',
        means: 'Forgejo before 12: it does not say whether a run is over.',
        remedy:
          'Nothing: the lease of a dead run then ends after its whole length; or update to Forgejo 14.',
      },
    },
  },
  token: {
    what: 'What the token may do.',
    unseen: WITH_TOKEN,
    outcomes: {
      'read-only': {
        severity: 'missing',
        means: 'It may not write, as a lane does to the state branch.',
        remedy:
          'Give lanes a token that may write code, or the secret APPLY_GATES_STATE_SSH_KEY.',
      },
    },
  },
  'default-protection': {
    what: 'Whether the default branch is protected.',
    unseen: WITH_TOKEN,
    outcomes: {
      none: {
        severity: 'dangerous',
        means:
          'Whoever can push can change the policy, or rewrite what was merged.',
        remedy:
          'Protect <branch> in the settings of the repository: no direct pushes, no force pushes.',
      },
    },
  },
  'state-protection': {
    what: 'Whether the state branch is protected.',
    unseen: WITH_TOKEN,
    outcomes: {
      none: {
        severity: 'advice',
        means: 'Whoever can push can stop lanes and make history unreadable.',
        remedy:
          'docs/security.md, "The state branch": protect <branch>, and let a deploy key alone push there.',
      },
    },
  },
  boundary: {
    what: 'Who can read the secrets of lanes: the trust boundary.',
    unseen: ADMIN,
    outcomes: {
      open: {
        severity: 'dangerous',
        means:
          'Secrets of lanes are in a repository that others can push to: a workflow on a side branch reads them.',
        remedy:
          'docs/security.md, "Where lanes and secrets live": move lanes and secrets to a repository of operators (b); or let others work from forks (a); or, on GitHub, keep the key in an environment of <branch> alone (c).',
      },
    },
  },
  runner: {
    what: 'The version of the runner, inside a job.',
    unseen: 'Run it in a job of the runner.',
    outcomes: {
      old: {
        severity: 'advice',
        means: 'Older than 12, with which nobody tried this.',
        remedy: 'Update forgejo-runner.',
      },
    },
  },
  artifacts: {
    what: 'The artifact service, inside a job.',
    unseen: 'Run it in a job of the runner.',
    outcomes: {
      absent: {
        severity: 'missing',
        means: 'The runner offers none, so evidence is not kept there.',
        remedy:
          'Use a runner of the forge; forgejo-runner exec and act offer none by themselves.',
      },
      unreachable: {
        severity: 'missing',
        means: 'It does not answer.',
        remedy: 'Let jobs reach the forge at <url>.',
      },
    },
  },
} as const satisfies Readonly<Record<string, Check>>;

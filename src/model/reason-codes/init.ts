import type { ReasonTable } from './reason.ts';

/** Codes of `apply-gates init`. */
export const INIT_REASONS = {
  'init/written': {
    exit: 0,
    cause: 'The repository has what init writes.',
    remedy: '',
  },
  'init/nothing-to-do': {
    exit: 0,
    cause: 'The repository already had all that init would write.',
    remedy: '',
  },
  'init/dry-run': {
    exit: 0,
    cause: 'What init would write was shown, and nothing was written.',
    remedy: '',
  },
  'init/kept': {
    exit: 0,
    cause:
      'A file that init would write was edited, or is not of init. It was left as it is.',
    remedy:
      'Look at the difference; to take what init would write: `apply-gates init --overwrite <path>`.',
  },
  'init/not-confirmed': {
    exit: 2,
    cause: 'Nobody said yes to what init would write. Nothing was written.',
    remedy:
      'Look at the difference, then run the same command with --yes; or at a terminal, and answer y.',
  },
  'init/not-a-repository': {
    exit: 2,
    cause: 'The folder is not the root of a git work tree.',
    remedy:
      'Run `git init -b main` in it, or name the root of the repository: `apply-gates init <dir>`.',
  },
  'init/undecided': {
    exit: 2,
    cause:
      'The repository does not say something that init has to know, and nobody gave it.',
    remedy: 'Give the option that the reason names.',
  },
  'init/invalid-compose': {
    exit: 2,
    cause: 'A compose file cannot be read, so nobody knows what it would run.',
    remedy:
      'Correct the line that the reason names, or leave the file out: `apply-gates init --skip <path>`.',
  },
  'init/not-a-module': {
    exit: 2,
    cause: 'A folder among the modules cannot be one.',
    remedy:
      'Move it out or rename it (`git mv`), or keep modules elsewhere: `apply-gates init --modules-dir gated`.',
  },
  'init/ignored-target': {
    exit: 2,
    cause:
      'git ignores a file that init would write, so it would never be committed.',
    remedy:
      'Take the line out of .gitignore, or put a line that lets the path through behind it: `!/<path>`.',
  },
  'init/host-keys-unconfirmed': {
    exit: 2,
    cause:
      'Nobody said that the keys which a host showed are its own. Nothing was written.',
    remedy:
      'Ask the host itself, on its console: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`; then give what it prints: --fingerprint SHA256:<43 characters>.',
  },
  'init/host-keys-unavailable': {
    exit: 3,
    cause: 'A host did not show its keys.',
    remedy:
      'Check address and port, or give keys that you have: --known-hosts-file <file>.',
  },
  'init/incomplete-toolkit': {
    exit: 3,
    cause:
      'What init copies does not lie beside the program: it is not a whole release.',
    remedy: 'Run dist/cli.js of a checkout of apply-gates, or of its copy.',
  },
} as const satisfies ReasonTable<'init'>;

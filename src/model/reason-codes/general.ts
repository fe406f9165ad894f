import type { ReasonTable } from './reason.ts';

/** Codes that any gate can end with. */
export const GENERAL_REASONS = {
  'input/malformed': {
    exit: 2,
    cause: 'An input does not have the form it must have.',
    remedy:
      'Give the input in one of the allowed forms that the message names.',
  },
  'input/disagrees-with-event': {
    exit: 2,
    cause: 'An input names another event or commit than the one that runs.',
    remedy: 'Leave the input empty, so that the event itself is used.',
  },
  'git/unavailable': {
    exit: 3,
    cause: 'git is missing, failed, or could not reach the repository.',
    remedy:
      'Install git 2.34 or later, check out with full history, and check that the token can read the repository.',
  },
  'git/remote-refused': {
    exit: 2,
    cause: 'The address of the repository uses a transport that can run code.',
    remedy: 'Use an https, http or ssh address.',
  },
  'state/unavailable': {
    exit: 3,
    cause: 'The state branch could not be read.',
    remedy:
      'Check that the token can read the repository, then run the job again.',
  },
  'state/malformed': {
    exit: 3,
    cause: 'A document on the state branch cannot be read.',
    remedy:
      'Look at the named file on the state branch and restore the version before it.',
  },
  'state/not-durable': {
    exit: 9,
    cause: 'The state branch could not be written.',
    remedy:
      'Check that the token may push to the state branch (contents: write), then run the job again.',
  },
  'host/locked': {
    exit: 8,
    cause: 'Another operation holds the lock of the host.',
    remedy: 'Wait until it has ended, then run the job again.',
  },
  'host/fenced': {
    exit: 8,
    cause:
      'The host has seen a newer lease than the one of this run. Nothing was changed.',
    remedy: 'Run the job again; it takes a new lease.',
  },
  'host/unwritable': {
    exit: 3,
    cause:
      'The host could not store the release: no space, or not writable. Nothing that runs was changed.',
    remedy:
      'Free space on the file system of runtime_root, or make it writable for the user.',
  },
  'host/unsupported': {
    exit: 3,
    cause: 'The host lacks a program that the toolkit needs.',
    remedy:
      'Install what the reason names: sh, sed, coreutils, tar, flock and setsid; for driver: compose also awk, grep, docker and docker compose 2.30 or later.',
  },
  'host/engine-unavailable': {
    exit: 3,
    cause: 'The container engine of the host does not answer.',
    remedy:
      'Start it on the host, let the user reach its socket, and run the lane again.',
  },
  'host/nonsense': {
    exit: 3,
    cause: 'The host answered something that is not our protocol.',
    remedy:
      'Run `ssh <host> true` by hand: a login script that prints text, or a login shell like csh, is the usual reason.',
  },
  'run/stopped': {
    exit: 8,
    cause: 'The run was asked to stop.',
    remedy: 'Run the job again when it may go on.',
  },
  'internal/bug': {
    exit: 3,
    cause: 'Something happened that apply-gates did not foresee.',
    remedy: 'Report the message together with the version of apply-gates.',
  },
} as const satisfies ReasonTable<
  'input' | 'git' | 'state' | 'host' | 'run' | 'internal'
>;

import type { ReasonTable } from './reason.ts';

/** Codes of `stateful-gate`. */
export const STATEFUL_REASONS = {
  'stateful/none': {
    exit: 0,
    cause: 'None of the modules is stateful.',
    remedy: '',
  },
  'stateful/armed': {
    exit: 0,
    cause:
      'A person armed one stateful module; only a plan that is in sync may go on.',
    remedy: '',
  },
  'stateful/blocked': {
    exit: 4,
    cause: 'A stateful module may not be applied without the override.',
    remedy:
      'Take a backup and dispatch the lane by hand with allow_stateful, backup_ref and stateful_confirm.',
  },
  'stateful/not-manual': {
    exit: 4,
    cause: 'Only a workflow_dispatch by a person can arm a stateful module.',
    remedy: 'Dispatch the lane by hand.',
  },
  'stateful/not-single': {
    exit: 4,
    cause:
      'A stateful module is applied alone, and more than one was asked for.',
    remedy: 'Dispatch the lane once for each module.',
  },
  'stateful/backup-ref-missing': {
    exit: 4,
    cause: 'No backup was named.',
    remedy: 'Take a backup and give its path as backup_ref.',
  },
  'stateful/backup-ref-invalid': {
    exit: 4,
    cause: 'The backup is not named the way a backup of this policy is.',
    remedy:
      'Give <backup_root>/<module>-<YYYYMMDDTHHMMSSZ>.<suffix> with a time in the past.',
  },
  'stateful/backup-ref-other-module': {
    exit: 4,
    cause: 'The backup is one of another module.',
    remedy: 'Take a backup of this module and give its path.',
  },
  'stateful/backup-stale': {
    exit: 4,
    cause: 'The backup is older than stateful.max_age allows.',
    remedy: 'Take a new backup and give its path.',
  },
  'stateful/backup-missing': {
    exit: 4,
    cause: 'The host has no such backup, or none with a receipt.',
    remedy:
      'Take one with apply-gates backup <module>, or give one that is there a receipt with apply-gates backup adopt <path>.',
  },
  'stateful/backup-corrupt': {
    exit: 4,
    cause: 'The backup is not what its receipt says, or is not whole.',
    remedy:
      'Take a new backup; keep this one until you know what happened to it.',
  },
  'stateful/receipt-mismatch': {
    exit: 4,
    cause: 'The receipt is that of another module, host, class, time or file.',
    remedy: 'Take a new backup and give its path.',
  },
  'stateful/backup-unreadable': {
    exit: 3,
    cause: 'The backup could not be looked at on the host.',
    remedy:
      'Give the gate the key for the host, and see that the user can read the backup; the folder has mode 0700, its files 0600.',
  },
  'stateful/confirm-mismatch': {
    exit: 4,
    cause: 'The typed confirmation does not name this module and this commit.',
    remedy: 'Paste the line that the message shows into stateful_confirm.',
  },
} as const satisfies ReasonTable<'stateful'>;

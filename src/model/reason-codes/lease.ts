import type { ReasonTable } from './reason.ts';

/** Codes of leases and fences: one change of a host at a time. */
export const LEASE_REASONS = {
  'lease/locked': {
    exit: 0,
    cause: 'The host is locked for the person who asked.',
    remedy: 'Unlock it when you are done: `apply-gates unlock <host>`.',
  },
  'lease/unlocked': {
    exit: 0,
    cause: 'The lease of the host is free; the next run may take it.',
    remedy: '',
  },
  'lease/held': {
    exit: 8,
    cause: 'Another run, or a person, holds the lease of the host.',
    remedy:
      'Wait until it has ended and run the job again. A run that is dead loses its lease by itself; `apply-gates status` tells who holds it.',
  },
  'lease/unreadable': {
    exit: 8,
    cause:
      'The lease of the host cannot be read, so it counts as held. Nothing repairs it by itself.',
    remedy:
      'Look at the named file on the state branch; once nobody is at the host: `apply-gates unlock <host> --reason <why>`.',
  },
  'lease/lost': {
    exit: 8,
    cause: 'The lease is no longer held by who asked for it.',
    remedy: 'Run the job again; it takes a new lease.',
  },
  'lease/fence-jump': {
    exit: 8,
    cause:
      'The numbers of the lease on the state branch and on the host are too far apart to be of the same history.',
    remedy:
      'Find out who wrote the higher one. Once no run is at the host: `apply-gates unlock <host> --reset-fence --reason <why>`.',
  },
} as const satisfies ReasonTable<'lease'>;

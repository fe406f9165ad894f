import type { ReasonTable } from './reason.ts';

/** Codes of freezes: what must not be applied for now. */
export const FREEZE_REASONS = {
  'freeze/set': {
    exit: 0,
    cause: 'The freeze is on record; nothing it covers is applied.',
    remedy: 'Lift it when it is over: `apply-gates unfreeze`.',
  },
  'freeze/lifted': {
    exit: 0,
    cause: 'The freeze is lifted.',
    remedy: '',
  },
  'freeze/none': {
    exit: 0,
    cause: 'There was no such freeze to lift.',
    remedy: '',
  },
  'freeze/frozen': {
    exit: 8,
    cause: 'A freeze covers the module.',
    remedy:
      'Lift it with `apply-gates unfreeze`, wait until it ends, or dispatch the lane by hand with a reason as despite_freeze.',
  },
  'freeze/unreadable': {
    exit: 8,
    cause: 'A freeze cannot be read, so what it is named after is frozen.',
    remedy:
      'Look at the named file on the state branch, then lift the freeze with `apply-gates unfreeze` or set it anew.',
  },
  'freeze/not-a-person': {
    exit: 8,
    cause:
      'Only a person who dispatches the run may pass a freeze or lift one; pushes, schedules and machine accounts may not.',
    remedy: 'Have a person dispatch the run by hand.',
  },
} as const satisfies ReasonTable<'freeze'>;

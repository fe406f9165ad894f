import type { ReasonTable } from './reason.ts';

/** How `apply-gates doctor` ends: by the worst that it found. */
export const DOCTOR_REASONS = {
  'doctor/fine': {
    exit: 0,
    cause: 'Everything that was looked at is as it should be.',
    remedy: '',
  },
  'doctor/advice': {
    exit: 0,
    cause: 'Lanes work and the gates hold; something could be better.',
    remedy: '',
  },
  'doctor/missing': {
    exit: 3,
    cause:
      'A lane would be refused, or fail, over something that is not there.',
    remedy: 'Run the command under each row that says missing.',
  },
  'doctor/unknown': {
    exit: 3,
    cause:
      'Something could not be looked at, so nobody knows whether it is fine.',
    remedy:
      'Run the command under each row that says unknown; or leave the part out with --no-hosts or --no-forge.',
  },
  'doctor/dangerous': {
    exit: 4,
    cause:
      'Something that the gates promise does not hold as things are set up.',
    remedy: 'Run the command under each row that says dangerous.',
  },
} as const satisfies ReasonTable<'doctor'>;

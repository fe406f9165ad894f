import type { ReasonTable } from './reason.ts';

/** Codes of `lane-report`: it tells how a lane went and refuses nothing. */
export const REPORT_REASONS = {
  'report/complete': {
    exit: 0,
    cause: 'The lane ended and nothing waits for a person.',
    remedy: '',
  },
  'report/waiting': {
    exit: 0,
    cause: 'The lane ended, and at least one module waits for a person.',
    remedy: 'Do for each module what the report shows beside it.',
  },
  'report/observed': {
    exit: 0,
    cause:
      'The lane ended; at least one module was not changed, since its host is only observed. The report says what an apply would have done.',
    remedy: 'Set mode: apply in the policy when you trust what you see.',
  },
  'report/refused': {
    exit: 0,
    cause: 'A step of the lane refused; the job failed there.',
    remedy: 'Follow the remedy of the step that refused.',
  },
  'report/told': {
    exit: 0,
    cause: 'How the lane ended was told where it was asked for.',
    remedy: '',
  },
  'report/not-told': {
    exit: 0,
    cause:
      'How the lane ended could not be told everywhere; that changes nothing of how it ended.',
    remedy:
      'Look at the message; on GitHub a comment needs permissions: pull-requests: write.',
  },
  'report/interrupted': {
    exit: 0,
    cause: 'A module was being applied when its step was killed.',
    remedy:
      'Run the lane again for the module; it first reads back what the host has on record.',
  },
} as const satisfies ReasonTable<'report'>;

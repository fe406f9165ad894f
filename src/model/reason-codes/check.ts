import type { ReasonTable } from './reason.ts';

/** Codes of `pr-check`, which lets a pull request pass. */
export const CHECK_REASONS = {
  'check/ready': {
    exit: 0,
    cause:
      'Everything in the pull request is valid, and nothing of it would wait for a person after the merge.',
    remedy: '',
  },
  'check/waiting': {
    exit: 0,
    cause:
      'Everything in the pull request is valid, and some of it would wait for a person after the merge.',
    remedy:
      'Merge it; the report of the lane shows the dispatch to run for what waits.',
  },
} as const satisfies ReasonTable<'check'>;

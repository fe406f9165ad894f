import type { ReasonTable } from './reason.ts';

/** Codes of files that init and adopt put into the working tree. */
export const DRAFT_REASONS = {
  'draft/written': {
    exit: 0,
    cause: 'The files that were shown are in the working tree.',
    remedy: '',
  },
  'draft/unchanged': {
    exit: 0,
    cause: 'The working tree has just these files already.',
    remedy: '',
  },
  'draft/dry-run': {
    exit: 0,
    cause: 'What would be written was shown, and nothing was written.',
    remedy: '',
  },
  'draft/exists': {
    exit: 2,
    cause: 'A file that would be written is there already, with other content.',
    remedy:
      'Compare the two. Run it again with --overwrite to replace it, or move it away.',
  },
  'draft/unconfirmed': {
    exit: 2,
    cause: 'Nobody said yes, so nothing was written.',
    remedy:
      'Look at what would be written with --dry-run, then run it at a terminal and answer yes, or with --yes.',
  },
  'draft/symlinked-target': {
    exit: 2,
    cause: 'A file that would be written is a link, or lies behind one.',
    remedy: 'Put a plain file or folder in its place.',
  },
  'draft/write-failed': {
    exit: 3,
    cause:
      'The files could not be written. What was there before was put back.',
    remedy: 'Remove what stands in the way, then run the command again.',
  },
} as const satisfies ReasonTable<'draft'>;

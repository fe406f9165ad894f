import type { ReasonTable } from './reason.ts';

/** Codes of taking what a removed module left behind out of service. */
export const RETIRE_REASONS = {
  'retire/retired': {
    exit: 0,
    cause:
      'What the module left on its host is stopped and on record; its data, images and releases are kept.',
    remedy: 'What is kept is listed, with what removes it by hand.',
  },
  'retire/looked': {
    exit: 0,
    cause: 'It was a dry run: nothing was stopped.',
    remedy: 'Leave out --dry-run to do it.',
  },
  'retire/not-a-person': {
    exit: 6,
    cause: 'A machine account wanted to take a module out of service.',
    remedy: 'Have a person do it; an account of approval.not_counted is none.',
  },
  'retire/reason': {
    exit: 6,
    cause: 'The reason is missing, or says nothing.',
    remedy:
      'Say in one line why it goes, such as: --reason "replaced by the new monitoring in March".',
  },
  'retire/confirm-mismatch': {
    exit: 4,
    cause: 'What was typed to confirm it is not the line that is asked for.',
    remedy: 'Type the line that the refusal names.',
  },
  'retire/still-there': {
    exit: 4,
    cause: 'The module is still on the default branch.',
    remedy: 'Remove its folder in a pull request, and have that merged first.',
  },
  'retire/claimed': {
    exit: 4,
    cause:
      'Another module has the folder, the project or a service of the module for its own.',
    remedy:
      'Nothing is to be retired then: what runs belongs to the module that is named.',
  },
  'retire/stateful': {
    exit: 4,
    cause: 'The live release is stateful, and that was not confirmed.',
    remedy: 'Confirm it as what it is: --confirm "retire stateful <id>".',
  },
  'retire/no-stop': {
    exit: 7,
    cause: 'The manifest of the module never said how it is stopped.',
    remedy:
      'Stop it by hand on its host, remove the link <runtime_root>/<id>/current there, and run the command again.',
  },
  'retire/failed': {
    exit: 7,
    cause: 'Something of the module could not be stopped.',
    remedy: 'Look at it on its host, and run the command again.',
  },
  'retire/unknown': {
    exit: 7,
    cause: 'The host stopped answering, and may have gone on.',
    remedy: 'Run the command again: what is stopped already stays so.',
  },
} as const satisfies ReasonTable<'retire'>;

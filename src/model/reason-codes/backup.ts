import type { ReasonTable } from './reason.ts';

/** Codes of `backup-before-apply` and `apply-gates backup`. */
export const BACKUP_REASONS = {
  'backup/taken': {
    exit: 0,
    cause: 'The backup is on the host, with its receipt.',
    remedy: '',
  },
  'backup/ready': {
    exit: 0,
    cause: 'A backup could be taken. Nothing was written.',
    remedy: '',
  },
  'backup/observed': {
    exit: 0,
    cause: 'The host is only observed, so nothing was written.',
    remedy: 'Set mode: apply for the host to have backups taken.',
  },
  'backup/verified': {
    exit: 0,
    cause:
      'The backup is what its receipt says, and could be restored where that was asked for.',
    remedy: '',
  },
  'backup/adopted': {
    exit: 0,
    cause: 'A backup that something else took has its receipt now.',
    remedy: '',
  },
  'backup/listed': {
    exit: 0,
    cause: 'The backups, or the modules, were listed.',
    remedy: '',
  },
  'backup/not-configured': {
    exit: 2,
    cause:
      'The manifest does not say how the module is backed up, or not so that it can be.',
    remedy:
      'Give it backup: with a class and the keys of that class; docs/stateful.md has one of each.',
  },
  'backup/container-missing': {
    exit: 4,
    cause: 'The project has no container of the service that is backed up.',
    remedy: 'Start the service, or correct compose.project and backup.service.',
  },
  'backup/container-ambiguous': {
    exit: 4,
    cause: 'More than one container could be meant.',
    remedy: 'Name the service that has the data in backup.service.',
  },
  'backup/container-stopped': {
    exit: 4,
    cause: 'The container with the data is not running.',
    remedy: 'Start it, and find out why it was not running.',
  },
  'backup/source-missing': {
    exit: 4,
    cause:
      'What is to be read is not there, or is a symlink to something else.',
    remedy:
      'Correct backup.volumes or backup.paths; instead of a symlink, name the folder it leads to.',
  },
  'backup/repository-missing': {
    exit: 4,
    cause:
      'A repository that the database of Forgejo lists has no folder in the archive: class forgejo.',
    remedy:
      'See whether its folder is there, and below backup.repositories of a path or volume that is read; forgejo doctor tells more. Without backup.quiesce it may have been removed meanwhile: take it again.',
  },
  'backup/source-unreadable': {
    exit: 4,
    cause: 'The user of the host may not read what is to be backed up.',
    remedy: 'Let the user read it, or keep the data in a volume.',
  },
  'backup/database-refused': {
    exit: 4,
    cause: 'The database does not answer inside its container.',
    remedy:
      'Look whether it accepts connections; correct backup.database and backup.user.',
  },
  'backup/root-unsafe': {
    exit: 4,
    cause:
      'The folder of the backups is a symlink, of somebody else, or open to others.',
    remedy:
      'Make it a folder of the user with mode 0700: chmod 700 <backup_root>; or name the folder that a symlink leads to.',
  },
  'backup/no-space': {
    exit: 3,
    cause: 'The host has no room for the backup. Nothing of it was left there.',
    remedy:
      'Free space on the file system of backup_root, or move backup_root.',
  },
  'backup/running': {
    exit: 8,
    cause: 'Another backup of the module is being taken.',
    remedy: 'Wait until it has ended.',
  },
  'backup/exists': {
    exit: 4,
    cause: 'There is a backup of that name already.',
    remedy: 'Use that one, or take another a second later.',
  },
  'backup/changed': {
    exit: 4,
    cause: 'The receipt was written by somebody else in between.',
    remedy: 'Look at it, then run the command again.',
  },
  'backup/failed': {
    exit: 7,
    cause: 'The backup ended early. Nothing of it was left there.',
    remedy: 'The reason has the last words of the program that failed.',
  },
  'backup/killed': {
    exit: 7,
    cause: 'The backup was killed on the host. Nothing of it was left there.',
    remedy: 'Look whether the service runs, then take the backup again.',
  },
  'backup/unknown': {
    exit: 7,
    cause:
      'The connection was lost and the host cannot say how the backup ended.',
    remedy:
      'apply-gates backup list shows what is there once the host answers.',
  },
  'backup/corrupt': {
    exit: 7,
    cause: 'What was written is not what a backup of its class is.',
    remedy:
      'Do not rely on it. Look at the disk of the host, then take another.',
  },
  'backup/not-restorable': {
    exit: 7,
    cause: 'The backup could not be restored, or not all of it.',
    remedy: 'Do not rely on it; take another and rehearse that.',
  },
  'backup/could-not-check': {
    exit: 3,
    cause: 'The host has not what it takes to check the backup.',
    remedy:
      'Install what the reason names, or start the service of the module.',
  },
} as const satisfies ReasonTable<'backup'>;

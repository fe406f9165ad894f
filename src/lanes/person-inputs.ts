/** What a person says to have a stateful module changed. */
export const OVERRIDE_INPUTS = {
  allow_stateful: {
    description: 'Let a stateful module change.',
    options: ['false', 'true'],
    default: 'false',
  },
  backup_ref: {
    description: 'Path of the backup on the host; only with allow_stateful.',
    default: '',
  },
  stateful_confirm: {
    description: 'Type: apply <module> <sha>; only with allow_stateful.',
    default: '',
  },
} as const;

/** What a person says to go past a freeze. */
export const FREEZE_INPUTS = {
  despite_freeze: {
    description: 'Reason to apply in spite of a freeze; it goes on record.',
    default: '',
  },
} as const;

/** What a person says to have a host changed for the first time. */
export const ACKNOWLEDGE_INPUTS = {
  acknowledge_host: {
    description: 'Name of a host that may be changed for the first time.',
    default: '',
  },
} as const;

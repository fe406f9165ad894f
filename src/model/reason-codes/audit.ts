import type { ReasonTable } from './reason.ts';

/** Codes of the audit log: writing it, verifying it, showing it. */
export const AUDIT_REASONS = {
  'audit/appended': {
    exit: 0,
    cause: 'The entry is in the audit log on the remote.',
    remedy: '',
  },
  'audit/repeated': {
    exit: 0,
    cause: 'This run had put the same entry on record before.',
    remedy: '',
  },
  'audit/adopted': {
    exit: 0,
    cause: 'The existing log is sealed: its hash is in the audit log.',
    remedy: '',
  },
  'audit/unknown-kind': {
    exit: 2,
    cause: 'The audit log has no entries of this kind.',
    remedy: 'Give one of the kinds that the message names.',
  },
  'audit/malformed-body': {
    exit: 2,
    cause:
      'The body is no JSON object that every program reads in the same way.',
    remedy:
      'Give one JSON object with whole numbers only, and no name twice in one object.',
  },
  'audit/reserved-field': {
    exit: 2,
    cause: 'The body has a name that apply-gates fills in itself.',
    remedy: 'Use another name in the body.',
  },
  'audit/body-too-large': {
    exit: 2,
    cause: 'The body is larger than an entry may be.',
    remedy:
      'Keep the document elsewhere, and put its name and SHA-256 into the body.',
  },
  'audit/malformed-checkpoint': {
    exit: 2,
    cause: 'A file that was given as a checkpoint is none.',
    remedy:
      'Give a file that `apply-gates audit verify --output` wrote, as it is.',
  },
  'audit/malformed-key': {
    exit: 2,
    cause: 'A key that was given is no Ed25519 key in a form that is read.',
    remedy:
      'Make one with `openssl genpkey -algorithm ed25519 -out key.pem`; its public half is `openssl pkey -in key.pem -pubout`.',
  },
  'audit/not-adoptable': {
    exit: 2,
    cause: 'The file cannot be sealed in the audit log.',
    remedy:
      'Give a plain UTF-8 file of at most 16 MiB, by its path on the state branch or on this machine.',
  },
  'audit/not-durable': {
    exit: 9,
    cause: 'The entry could not be put on record.',
    remedy:
      'Check that the token may push to the state branch (contents: write), then run the job again.',
  },
  'audit/broken': {
    exit: 9,
    cause:
      'The end of the audit log is not in order, so nothing is written behind it.',
    remedy:
      'Run `apply-gates audit verify`, look at who changed the state branch, and restore the log in a commit of its own (docs/state.md shows how). A log of another tool is sealed with `apply-gates audit adopt state/AUDIT_LOG.jsonl`.',
  },
  'audit/rolled-back': {
    exit: 9,
    cause:
      'The host remembers an audit log that went further than this one, or another one. Nothing was changed.',
    remedy:
      'Run `apply-gates audit verify --host <name>`, find out who rewrote the state branch, and push the missing entries again from a clone that has them.',
  },
  'audit/consistent': {
    exit: 0,
    cause: 'The audit log is whole as far as the checkpoints vouch for it.',
    remedy: '',
  },
  'audit/truncated': {
    exit: 9,
    cause: 'Entries of the audit log are missing.',
    remedy:
      'Find out who took them away (git reflog of the forge, clones of the state branch), and push the missing entries again from a clone that has them.',
  },
  'audit/forked': {
    exit: 9,
    cause: 'The audit log is another one than the checkpoint vouches for.',
    remedy:
      'Treat what happened since the checkpoint as unknown: compare with clones of the state branch and with the hosts, and find out who rewrote it.',
  },
  'audit/bad-signature': {
    exit: 9,
    cause: 'A checkpoint is not signed by a key that is trusted.',
    remedy:
      'Give the public key that signs now (--key), or find out who made the checkpoint.',
  },
  'audit/bad-line': {
    exit: 9,
    cause: 'A line of the audit log was changed, or is none that we wrote.',
    remedy:
      'Look at the named line and at the commit that brought it (git log -p on the state branch), and restore it in a commit of its own.',
  },
  'audit/torn': {
    exit: 9,
    cause: 'The audit log ends in the middle of a line.',
    remedy:
      'Fetch it again. Where it is so on the remote, restore the whole line from the commit before, in a commit of its own.',
  },
  'audit/no-checkpoints': {
    exit: 9,
    cause:
      'Nothing outside the log vouches for it: the entries fit together, but whether the last ones are missing cannot be told.',
    remedy:
      'Let the hosts vouch for it: `apply-gates audit verify --host <host>`; or keep a checkpoint somewhere else (--output), and give it next time (--checkpoint).',
  },
  'audit/unknown-version': {
    exit: 9,
    cause: 'An entry has a version that this program does not know.',
    remedy: 'Verify the log with a newer version of apply-gates.',
  },
} as const satisfies ReasonTable<'audit'>;

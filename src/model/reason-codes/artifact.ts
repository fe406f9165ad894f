import type { ReasonTable } from './reason.ts';

/**
 * Codes of `state-artifact-upload`. An artifact is a copy for people: that it
 * could not be made is told and refuses nothing; that it is not what was sent
 * does.
 */
export const ARTIFACT_REASONS = {
  'artifact/uploaded': {
    exit: 0,
    cause:
      'The artifact is with the forge, which says that it keeps just that.',
    remedy: '',
  },
  'artifact/unconfirmed': {
    exit: 0,
    cause:
      'The artifact was uploaded, and the forge did not say what it keeps.',
    remedy:
      'Open the artifact from the page of the run; its sha256 is in the output `digest`.',
  },
  'artifact/unavailable': {
    exit: 0,
    cause:
      'The runner offers no artifact service, or none that can be used. Nothing was uploaded.',
    remedy:
      'Nothing is lost: the state branch holds the truth. For artifacts use a runner that sets ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN.',
  },
  'artifact/not-uploaded': {
    exit: 0,
    cause: 'The artifact service did not take the artifact.',
    remedy:
      'Nothing is lost: the state branch holds the truth. Where the name is taken already in this run, give another one as `name`.',
  },
  'artifact/nothing-found': {
    exit: 0,
    cause: 'There was nothing to upload, or a path of `paths` names no file.',
    remedy: 'Correct `paths`, or set if-no-files-found: ignore.',
  },
  'artifact/missing': {
    exit: 9,
    cause:
      'There was nothing to upload, or a path of `paths` names no file, and if-no-files-found is error.',
    remedy:
      'Let the step that writes the file run before this one, or correct `paths`.',
  },
  'artifact/left-out': {
    exit: 0,
    cause:
      'A file that was named is not in the artifact: a link, a key, no text, or too large.',
    remedy:
      'Name plain text files without secrets; a secret that was named should be replaced.',
  },
  'artifact/incomplete': {
    exit: 0,
    cause:
      'Something of the state could not be read and is not in the artifact.',
    remedy: 'Read the state branch itself, see docs/state.md.',
  },
  'evidence/artifact-differs': {
    exit: 9,
    cause: 'The artifact that the forge keeps is not the one that was sent.',
    remedy:
      'Do not rely on the artifact. Compare what it holds with the state branch, and run the job again.',
  },
} as const satisfies ReasonTable<'artifact' | 'evidence'>;

import type { Finding } from '../../../model/verdict.ts';
import type { ReleaseFile } from '../../driver.ts';
import type { ComposeSubject } from '../compose-subject.ts';
import { SourceWalk } from './source-walk.ts';

/** What of a release its files are judged by. */
export type FilesSubject = Pick<
  ComposeSubject,
  'module' | 'manifest' | 'folder' | 'settings' | 'policy'
>;

/**
 * Judges the compose files of a module as they are tracked, before a host or
 * compose sees them: compose fetches what they include, and reads whatever
 * file of the host they name.
 */
export function checkFiles(
  subject: FilesSubject,
  files: readonly ReleaseFile[],
): readonly Finding[] {
  return new SourceWalk(subject, files).walk();
}

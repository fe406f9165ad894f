import type { ReleaseFile } from '../../driver.ts';
import type { HostAccess } from '../access/host-access.ts';
import type { MountContext } from '../access/judge-mounted-path.ts';
import type { FilesSubject } from './check-files.ts';
import type { FileFindings } from './file-findings.ts';
import type { ReleasePaths } from './release-paths.ts';

/** What the files of one module are judged by, and where findings go. */
export interface SourceCheck {
  readonly subject: FilesSubject;
  /** The tracked files of the release, by path. */
  readonly files: ReadonlyMap<string, ReleaseFile>;
  readonly paths: ReleasePaths;
  readonly findings: FileFindings;
  readonly access: HostAccess;
}

/** The place of a file among those that lead to each other. */
export interface SourceVisit {
  readonly file: string;
  /** Repository path that its relative paths start from. */
  readonly base: string;
  /** The one service that something extends; undefined = all of the file. */
  readonly only?: ServiceUse & { readonly name: string };
}

/** What becomes of a service. */
export interface ServiceUse {
  /** It is the module's own. */
  readonly isOwn: boolean;
  /** No profile leaves it out, as far as this file says. */
  readonly isActive: boolean;
}

export function mountContext(
  { paths, subject }: SourceCheck,
  { base }: SourceVisit,
): MountContext {
  const { folder, manifest } = subject;
  return { folder, manifest, paths, base };
}

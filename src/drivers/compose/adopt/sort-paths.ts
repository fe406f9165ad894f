import { posix } from 'node:path';
import {
  findCredentials,
  isSecretName,
} from '../../../redaction/credential-patterns.ts';
import { isBelow } from '../source/release-paths.ts';
import type { NamedPath } from './named-paths.ts';
import type { HostPath } from './running-project.ts';

/** A file that goes into git. */
export interface TrackedFile {
  /** Below the folder of the project. */
  readonly path: string;
  readonly content: Buffer;
  readonly executable: boolean;
}

/** Whose each path of a project is from now on: git's, or the host's. */
export interface SortedPaths {
  readonly tracked: readonly TrackedFile[];
  readonly hostFiles: readonly string[];
  readonly hostDirs: readonly string[];
  /** Why something is not in git that could have been. */
  readonly notes: readonly string[];
  /** What can be neither, each a sentence without its end. */
  readonly problems: readonly string[];
}

/**
 * Only what nobody writes to and what holds no secret goes into git: compose
 * files, and configuration that is mounted read-only. In doubt it stays.
 */
export function sortPaths(
  named: readonly NamedPath[],
  find: (path: string) => HostPath | undefined,
): SortedPaths {
  const paths = [...new Set(named.map(({ path }) => path))].sort();
  const kindOf = (path: string) => find(path)?.kind ?? 'none';
  const folders = paths.filter((path) => kindOf(path) === 'folder');
  const hostDirs = folders.filter(
    (path) => path !== '' && !folders.some((each) => isInside(path, each)),
  );
  const isFile = (path: string) => ['file', 'program'].includes(kindOf(path));
  const tracked: TrackedFile[] = [];
  const hostFiles: string[] = [];
  const notes: string[] = [];
  const inside: string[] = [];
  for (const path of paths.filter(isFile)) {
    const uses = named.filter((each) => each.path === path);
    const isPart = uses.some(({ use }) => use === 'part');
    if (hostDirs.some((each) => isBelow(path, each))) {
      if (isPart) inside.push(path);
      continue;
    }
    const why = isPart ? undefined : whyOnHost(path, uses, find(path));
    const content = find(path)?.content ?? Buffer.alloc(0);
    if (why === undefined) {
      tracked.push({ path, content, executable: kindOf(path) === 'program' });
    } else {
      hostFiles.push(path);
      notes.push(`${path} stays on the host: ${why}`);
    }
  }
  const problems = [
    ...paths
      .filter((path) => path === '')
      .map(() => 'a service mounts the folder of the project as a whole'),
    ...paths
      .filter((path) => kindOf(path) === 'other')
      .map((path) => `${path} is neither a file nor a folder`),
    ...inside.map((path) => `${path} is a compose file inside of mounted data`),
  ];
  return { tracked, hostFiles, hostDirs, notes, problems };
}

/** The whole folder does not count: what is in it has to be told apart. */
function isInside(path: string, folder: string): boolean {
  return folder !== '' && isBelow(path, folder);
}

const SECRET_FILE = /(?:^|[._-])(?:env|key|pem|p12|pfx|jks|htpasswd)(?:$|\.)/i;

function whyOnHost(
  path: string,
  uses: readonly NamedPath[],
  found: HostPath | undefined,
): string | undefined {
  if (uses.some(({ use }) => use === 'secret')) return 'it is a secret';
  if (uses.some(({ use }) => use === 'variables')) return 'it has variables';
  if (uses.some(({ writable }) => writable)) {
    return 'it is mounted writable';
  }
  const name = posix.basename(path);
  if (SECRET_FILE.test(name) || isSecretName(name.replace(/\..*$/, ''))) {
    return 'it is called like a secret';
  }
  if (!found?.content) return 'it is empty, or too long';
  const text = found.content.toString('utf8');
  if (!Buffer.from(text).equals(found.content) || text.includes('\0')) {
    return 'it is no text';
  }
  return findCredentials(text).length > 0
    ? 'it has what looks like a credential'
    : undefined;
}

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

type Find = (path: string) => HostPath | undefined;

/**
 * Only what nobody writes to and what holds no secret goes into git: compose
 * files, and configuration that is mounted read-only. In doubt it stays.
 */
export function sortPaths(
  named: readonly NamedPath[],
  find: Find,
): SortedPaths {
  const paths = [...new Set(named.map(({ path }) => path))].sort();
  const kindOf = (path: string) => find(path)?.kind ?? 'none';
  const folders = paths.filter((path) => kindOf(path) === 'folder');
  const hostDirs = folders.filter(
    (path) => path !== '' && !folders.some((each) => isInside(path, each)),
  );
  const files = paths
    .filter((path) => ['file', 'program'].includes(kindOf(path)))
    .map((path) => ({
      path,
      uses: named.filter((each) => each.path === path),
    }));
  const isData = (path: string) => hostDirs.some((each) => isBelow(path, each));
  const kept = files
    .filter(({ path }) => !isData(path))
    .map(({ path, uses }) => ({
      path,
      why: whyOnHost(path, uses, find(path)),
    }));
  return {
    tracked: kept.flatMap(({ path, why }) => {
      const { content, kind } = find(path) ?? {};
      if (why !== undefined || content === undefined) return [];
      return [{ path, content, executable: kind === 'program' }];
    }),
    hostFiles: kept.flatMap(({ path, why }) => (why ? [path] : [])),
    hostDirs,
    notes: kept.flatMap(({ path, why }) =>
      why ? [`${path} stays on the host: ${why}`] : [],
    ),
    problems: [
      ...paths.flatMap((path) => problemOf(path, kindOf(path))),
      ...files
        .filter(({ uses }) => isPart(uses))
        .flatMap(({ path }) => problemOfPart(path, isData(path), find(path))),
    ],
  };
}

function problemOf(path: string, kind: HostPath['kind']): string[] {
  if (path === '') {
    return ['a service mounts the folder of the project as a whole'];
  }
  return kind === 'other' ? [`${path} is neither a file nor a folder`] : [];
}

function problemOfPart(
  path: string,
  isData: boolean,
  found: HostPath | undefined,
): string[] {
  if (isData) return [`${path} is a compose file inside of mounted data`];
  return found?.content ? [] : [`${path} ${UNREAD}`];
}

const UNREAD = 'is empty, too long, or leads out of the folder';

function isPart(uses: readonly NamedPath[]): boolean {
  return uses.some(({ use }) => use === 'part');
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
  if (isPart(uses)) return undefined;
  if (uses.some(({ use }) => use === 'secret')) return 'it is a secret';
  if (uses.some(({ use }) => use === 'variables')) return 'it has variables';
  if (uses.some(({ writable }) => writable)) {
    return 'it is mounted writable';
  }
  const name = posix.basename(path);
  if (SECRET_FILE.test(name) || isSecretName(name.replace(/\..*$/, ''))) {
    return 'it is called like a secret';
  }
  if (!found?.content) return `it ${UNREAD}`;
  const text = found.content.toString('utf8');
  if (!Buffer.from(text).equals(found.content) || text.includes('\0')) {
    return 'it is no text';
  }
  return findCredentials(text).length > 0
    ? 'it has what looks like a credential'
    : undefined;
}

import type { ReleaseFile } from '../../driver.ts';
import { resolveInRelease } from './release-paths.ts';

/**
 * What compose would not, or not surely, look for beside the file itself: a
 * scheme, `host:path` and `github.com/` name a repository or a registry.
 */
const REMOTE = /[:#?\\]|^git@|^github\.com\//;

export type Reference =
  | { readonly ok: true; readonly path: string }
  /** Completes "which …". */
  | { readonly ok: false; readonly why: string };

/**
 * Judges what `include` or `extends` names. `files` are those of this release,
 * the only ones that compose may be led to.
 */
export function judgeReference(
  text: string,
  base: string,
  files: ReadonlyMap<string, ReleaseFile>,
): Reference {
  const located = locateReference(text, base);
  if (!located.ok) return located;
  const file = files.get(located.path);
  if (!file) return refuse('is not a tracked file of this module');
  return file.mode === '120000' ? refuse('is a symlink') : located;
}

/** The path alone, for folders and for what the host may own. */
export function locateReference(text: string, base: string): Reference {
  if (text.includes('$')) return refuse('is known only when it is resolved');
  if (text.startsWith('/')) return refuse('is an absolute path');
  if (text.startsWith('~')) return refuse('is in a home folder');
  if (REMOTE.test(text)) return refuse('may be somewhere else');
  const path = resolveInRelease(base, text);
  return path === undefined ? refuse('leaves the release') : { ok: true, path };
}

function refuse(why: string): Reference {
  return { ok: false, why };
}

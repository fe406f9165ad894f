import * as z from 'zod';
import { isBoundedGlob } from './bounded-glob.ts';

/**
 * A module id: also a folder name and part of paths on the host. ASCII only,
 * and no name that would reach into Object.prototype as a key.
 */
const MODULE_ID = /^(?!(?:constructor|prototype)$)[a-z0-9][a-z0-9-]{0,62}$/;

export function isModuleId(text: string): boolean {
  return MODULE_ID.test(text);
}

export const moduleIdSchema = z
  .string()
  .regex(
    MODULE_ID,
    'must be lower-case letters, digits and -: ^[a-z0-9][a-z0-9-]{0,62}$',
  );

/** A full object id as git prints it: 40 (SHA-1) lower-case hex digits. */
export const shaSchema = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'must be 40 lower-case hex digits');

/** The id that forges send where there is no commit. */
export const ZERO_SHA = '0'.repeat(40);

/** Lower-case hex SHA-256: trees, digests without their prefix. */
export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

/** No `.` and no `..` where a segment of a path begins. */
const NO_DOTS = String.raw`(?!\.{1,2}(?:\/|$))`;
const SEGMENT = String.raw`${NO_DOTS}[^\\\/\x00-\x1f\x7f]+`;
const CONTAINED = String.raw`${SEGMENT}(?:\/${SEGMENT})*$`;
const CONTAINED_PATH = new RegExp(`^${CONTAINED}`);
const ROOTED_PATH = new RegExp(String.raw`^\/?${CONTAINED}`);
const HOST_PATH = new RegExp(`^(?:/${NO_DOTS}[A-Za-z0-9._@+=,-]+)+$`);
const MAX_PATH = 1024;

/**
 * A path inside a repository or module folder: relative, no empty, `.` or
 * `..` segment, no backslash, no control character.
 */
export function isContainedPath(path: string): boolean {
  return path.length <= MAX_PATH && CONTAINED_PATH.test(path);
}

export const containedPathSchema = z
  .string()
  .max(MAX_PATH)
  .regex(
    CONTAINED_PATH,
    'must be a relative path without empty, . or .. segments',
  );

/** A path inside the module folder, or from the repository root with a `/`. */
export const rootedPathSchema = z
  .string()
  .max(MAX_PATH)
  .regex(
    ROOTED_PATH,
    'must be a path inside the module folder, or start with / for the repository root',
  );

/** An absolute, normalised path on a host, of characters no shell acts on. */
export const hostPathSchema = z
  .string()
  .max(MAX_PATH)
  .regex(
    HOST_PATH,
    'must be an absolute path of plain characters without .. or a trailing /',
  );

/** A glob over paths of the repository, of bounded cost. */
export const globSchema = z
  .string()
  .min(1)
  .max(256)
  .refine(isBoundedGlob, 'must be a glob without extglobs and at most 4 **')
  // What of it a pattern can say; the rest are counts.
  .meta({
    pattern: String.raw`^(?!\/)(?![^]*[@!+*?]\()(?!(?:[^]*\/)?\.\.(?:\/|$))[^\\\x00-\x1f\x7f]+$`,
  });

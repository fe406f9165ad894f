import * as z from 'zod';
import { isBoundedGlob } from './bounded-glob.ts';

/** A module id: also a folder name and part of paths on the host. ASCII only. */
export const MODULE_ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Names that would reach into Object.prototype if used as keys. */
const RESERVED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

export function isModuleId(text: string): boolean {
  return MODULE_ID_PATTERN.test(text) && !RESERVED_KEYS.has(text);
}

export const moduleIdSchema = z
  .string()
  .refine(isModuleId, 'must match ^[a-z0-9][a-z0-9-]{0,62}$ (ASCII)');

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

/**
 * A path inside a repository or module folder: relative, no empty, `.` or
 * `..` segment, no backslash, no control character.
 */
export function isContainedPath(path: string): boolean {
  return (
    path.length > 0 &&
    path.length <= 1024 &&
    !/[\\\x00-\x1f\x7f]/.test(path) &&
    path
      .split('/')
      .every((segment) => segment !== '' && segment !== '.' && segment !== '..')
  );
}

export const containedPathSchema = z
  .string()
  .refine(
    isContainedPath,
    'must be a relative path without empty, . or .. segments',
  );

/** An absolute, normalised path on a host, of characters no shell acts on. */
export const hostPathSchema = z
  .string()
  .refine(
    (path) =>
      /^(?:\/[A-Za-z0-9._@+=,-]+)+$/.test(path) &&
      isContainedPath(path.slice(1)),
    'must be an absolute path of plain characters without .. or a trailing /',
  );

/** A glob over paths of the repository, of bounded cost. */
export const globSchema = z
  .string()
  .min(1)
  .max(256)
  .refine(isBoundedGlob, 'must be a glob without extglobs and at most 4 **');

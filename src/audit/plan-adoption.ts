import { createHash } from 'node:crypto';
import { ActionError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import { MAX_FILE_BYTES } from '../state/state-change.ts';
import { isStatePath } from '../state/state-tree.ts';
import { OPEN_PATH, SEGMENT_FOLDER } from './log-files.ts';
import { readLine } from './read-line.ts';

/** Where files of other tools are kept that have no place of their own. */
const ADOPTED_FOLDER = 'state/adopted/';

/** Folders in which only apply-gates writes. */
const OWN_FOLDERS = [SEGMENT_FOLDER, '.platform/', 'state/plans/'];

/** A file that somebody wants sealed. */
export interface AdoptionRequest {
  /** As it was given. */
  readonly path: string;
  /** Whether it was found on the state branch or on this machine. */
  readonly from: 'branch' | 'disk';
  readonly bytes: Buffer;
}

export interface PlannedAdoption {
  /** Where the bytes lie on the branch afterwards. */
  readonly path: string;
  /** Path they had on the branch, where they have to make room. */
  readonly was: string | undefined;
  /** What to write to `path`; undefined where they are there already. */
  readonly text: string | undefined;
  readonly sha256: string;
  readonly bytes: number;
  readonly lines: number;
}

/**
 * A file stays where it is, byte for byte, unless it lies where our own log
 * has to be; one of this machine gets a copy on the branch.
 */
export function planAdoption({
  path,
  from,
  bytes,
}: AdoptionRequest): PlannedAdoption {
  refuseOwn(path, bytes);
  const stays = isFree(path);
  const target = stays ? path : `${ADOPTED_FOLDER}${plainName(path)}`;
  const moves = from === 'branch' && !stays;
  return {
    path: target,
    was: moves ? path : undefined,
    text: from === 'branch' && stays ? undefined : textOf(path, bytes),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    lines: bytes.filter((byte) => byte === 0x0a).length,
  };
}

function isFree(path: string): boolean {
  return (
    isStatePath(path) &&
    path !== OPEN_PATH &&
    !OWN_FOLDERS.some((folder) => path.startsWith(folder))
  );
}

function refuseOwn(path: string, bytes: Buffer): void {
  const end = bytes.indexOf(0x0a);
  const own = readLine(bytes.subarray(0, end < 0 ? bytes.length : end)).ok;
  if (own || OWN_FOLDERS.some((folder) => path.startsWith(folder))) {
    throw notAdoptable(path, 'it is written by apply-gates itself');
  }
  if (bytes.length === 0) throw notAdoptable(path, 'it is empty');
  if (bytes.length > MAX_FILE_BYTES) {
    throw notAdoptable(path, `${bytes.length} bytes are too many`);
  }
}

/** A name that may stand on the branch. */
function plainName(path: string): string {
  const name = path.split('/').at(-1) ?? '';
  const plain = name
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
  return plain === '' ? 'log' : plain;
}

function textOf(path: string, bytes: Buffer): string {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes);
  } catch {
    throw notAdoptable(path, 'it is not UTF-8');
  }
}

export function notAdoptable(path: string, why: string): ActionError {
  return new ActionError(
    'audit/not-adoptable',
    printable(`${path} cannot be sealed: ${why}`),
    { evidence: { path } },
  );
}

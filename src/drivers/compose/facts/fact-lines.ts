import * as z from 'zod';
import { sha256Schema } from '../../../model/identifiers.ts';
import { MalformedFacts } from './malformed-facts.ts';
import { linesOf } from './model-tree.ts';

const nameSchema = z.string().min(1).max(255);
const imageIdSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const wordSchema = z.string().regex(/^[a-z]+$/);

const containerSchema = z.tuple([
  nameSchema,
  z.string().regex(/^[0-9]{0,9}$/),
  z.enum(['True', 'False', '']),
  wordSchema,
  z.string().regex(/^-?[0-9]{1,9}$/),
  imageIdSchema,
  z.union([z.literal(''), sha256Schema]),
  z.enum(['same', 'other', 'unknown', 'none']),
  z.enum(['', 'replace']),
  z.enum(['', 'lost', 'apart']),
]);

/** A container of the project, as far as it may be told. */
export interface ContainerFact {
  readonly service: string;
  readonly number: number;
  /** Made by `docker compose run`; nothing that the project consists of. */
  readonly oneoff: boolean;
  readonly state: string;
  readonly exitCode: number;
  readonly image: string;
  /** Keyed hash of the configuration that it was made with; may be empty. */
  readonly config: string;
  /** Whether what it mounts of the release is as in the staged one. */
  readonly mounted: 'same' | 'other' | 'unknown' | 'none';
  /** It was to replace another one, and compose was killed before it did. */
  readonly halfMade: boolean;
  /** What it shares the network or processes of was started later. */
  readonly lost: boolean;
  /** It runs outside of a network that its service is in. */
  readonly apart: boolean;
}

export function parseContainers(text: string): readonly ContainerFact[] {
  return rowsOf(text, containerSchema, 'containers').map(
    ([
      service,
      number,
      oneoff,
      state,
      exit,
      image,
      config,
      mounted,
      half,
      bond,
    ]) => ({
      service,
      number: Number(number),
      oneoff: oneoff === 'True',
      state,
      exitCode: Number(exit),
      image,
      config,
      mounted,
      halfMade: half !== '',
      lost: bond === 'lost',
      apart: bond === 'apart',
    }),
  );
}

const mountSchema = z.tuple([
  nameSchema,
  wordSchema,
  z.string(),
  z.string().startsWith('/'),
]);

/** What a container has mounted that no model applied from here tells of. */
export interface MountFact {
  readonly service: string;
  readonly type: string;
  /** The name of a volume, else a path of the host. */
  readonly source: string;
  readonly target: string;
}

export function parseMounts(text: string): readonly MountFact[] {
  return rowsOf(text, mountSchema, 'mounts').map(
    ([service, type, source, target]) => ({ service, type, source, target }),
  );
}

/** Keyed config hash of each service. */
export function parseHashes(text: string): ReadonlyMap<string, string> {
  const schema = z.tuple([nameSchema, sha256Schema]);
  return mapOfRows(rowsOf(text, schema, 'hashes'), 'hashes');
}

/** Image id of each service, empty where the host does not have the image. */
export function parseImages(text: string): ReadonlyMap<string, string> {
  const schema = z.tuple([nameSchema, z.union([z.literal(''), imageIdSchema])]);
  return mapOfRows(rowsOf(text, schema, 'images'), 'images');
}

const storageSchema = z.tuple([
  nameSchema,
  z.string(),
  z.enum(['yes', 'no']),
  z.enum(['same', 'other', 'new']),
]);

/** A volume or network of the model, as the host has it. */
export interface StorageFact {
  readonly exists: boolean;
  /** Against the model last applied, or with none against the host. */
  readonly definition: 'same' | 'other' | 'new';
}

export function parseStorage(
  text: string,
  field: string,
): ReadonlyMap<string, StorageFact> {
  const rows = rowsOf(text, storageSchema, field).map(
    ([key, , exists, definition]) =>
      [key, { exists: exists === 'yes', definition }] as const,
  );
  return mapOfRows(rows, field);
}

/** A path that the live release had on the host instead of in git. */
export interface HostPathFact {
  readonly kind: 'file' | 'dir';
  /** Repository path. */
  readonly path: string;
}

export function parsePreviousHost(text: string): readonly HostPathFact[] {
  return linesOf(text).map((line) => {
    const [, kind, path] = /^(file|dir) (.+)$/.exec(line) ?? [];
    if (path === undefined) throw new MalformedFacts('previous_host');
    return { kind: kind === 'dir' ? 'dir' : 'file', path };
  });
}

function rowsOf<T>(text: string, schema: z.ZodType<T>, field: string): T[] {
  return linesOf(text).map((line) => {
    const row = schema.safeParse(line.split('\t'));
    if (row.success) return row.data;
    throw new MalformedFacts(`a line of ${field}`);
  });
}

function mapOfRows<T>(
  rows: readonly (readonly [string, T])[],
  field: string,
): ReadonlyMap<string, T> {
  const map = new Map(rows);
  if (map.size === rows.length) return map;
  throw new MalformedFacts(`${field} that name something twice`);
}

import * as z from 'zod';
import { ActionError } from '../../../model/errors.ts';

const MOUNT_FIELDS = 4;
/** Fields of a container before those of its mounts. */
const CONTAINER_FIELDS = 16;
const lineSchema = z
  .tuple([z.string().regex(/^[0-9a-f]{64}$/), z.string().min(1)], z.string())
  .refine((parts) => parts.length >= CONTAINER_FIELDS);

/** What one container has mounted. */
export interface RunningMount {
  readonly type: string;
  /** The name of a volume, else the path on the host. */
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

/** A container of a project as it runs; nothing of it can be secret. */
export interface RunningContainer {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** Compose files that it was started from, and the folder of the project. */
  readonly configFiles: readonly string[];
  readonly folder: string;
  readonly image: string;
  readonly state: string;
  readonly exitCode: number;
  readonly startedAt: string;
  /** The restart policy; `no` or nothing where there is none. */
  readonly restart: string;
  readonly mounts: readonly RunningMount[];
}

/** What a path on the host is; a program is a file that may be executed. */
export interface HostPath {
  readonly kind: 'file' | 'program' | 'folder' | 'other' | 'none';
  /** Only where it was asked for, and is not too long. */
  readonly content: Buffer | undefined;
}

export interface RunningProject {
  /** Without those of `docker compose run`. */
  readonly containers: readonly RunningContainer[];
  readonly paths: ReadonlyMap<string, HostPath>;
  /** What is in the folder of the project, by name. */
  readonly listing: readonly string[];
  /** Where that folder leads, if it is a link. */
  readonly linked: string;
  /** Folders of it that the user of the lanes may not change. */
  readonly fixed: readonly string[];
  /** Whether it is on one file system with the runtime root. */
  readonly isNear: boolean;
}

type Fields = ReadonlyMap<string, string>;

/** What the host answered about a project; throws where that is nonsense. */
export function parseRunningProject(fields: Fields): RunningProject {
  return {
    containers: linesOf(fields, 'containers')
      .flatMap(parseContainer)
      .sort((left, right) => (left.name < right.name ? -1 : 1)),
    paths: parseHostPaths(fields),
    listing: linesOf(fields, 'listing'),
    linked: fields.get('linked') ?? '',
    fixed: linesOf(fields, 'fixed'),
    isNear: linesOf(fields, 'devices').length === 1,
  };
}

export function parseHostPaths(fields: Fields): ReadonlyMap<string, HostPath> {
  return new Map(
    linesOf(fields, 'paths').map((line) => {
      const [path = '', kind, content = ''] = line.split(' ');
      return [
        Buffer.from(path, 'base64').toString('utf8'),
        {
          kind: read(kindSchema, kind),
          content: hasContent(kind, content)
            ? Buffer.from(content, 'base64')
            : undefined,
        },
      ] as const;
    }),
  );
}

const kindSchema = z.enum(['file', 'program', 'folder', 'other', 'none']);

/** An empty file and one that was not read look alike: neither is missed. */
function hasContent(kind: string | undefined, content: string): boolean {
  return (kind === 'file' || kind === 'program') && content !== '';
}

export function linesOf(fields: Fields, key: string): string[] {
  return (fields.get(key) ?? '').split('\n').filter((line) => line !== '');
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown) {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const reason = 'What the host says about the project cannot be read';
  throw new ActionError('host/nonsense', reason);
}

function parseContainer(line: string): RunningContainer[] {
  const parts = line.split('\t');
  const [
    id,
    name,
    service = '',
    ,
    oneoff,
    configFiles = '',
    folder = '',
    ,
    ,
    image = '',
    state = '',
    exitCode,
    startedAt = '',
    restart = '',
  ] = read(lineSchema, parts);
  if (oneoff === 'True') return [];
  const mounts = parts.slice(CONTAINER_FIELDS);
  return [
    {
      ...{ id, service, folder, image, state, startedAt, restart },
      name: name.replace(/^\//, ''),
      configFiles: configFiles.split(','),
      exitCode: Number(exitCode),
      mounts: Array.from(
        { length: Math.floor(mounts.length / MOUNT_FIELDS) },
        (_, index) => parseMount(mounts.slice(index * MOUNT_FIELDS)),
      ),
    },
  ];
}

function parseMount(parts: readonly string[]): RunningMount {
  const [type = '', source = '', target = '', writable] = parts;
  return { type, source, target, writable: writable === 'true' };
}

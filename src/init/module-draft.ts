import { posix } from 'node:path';
import { isBelow } from '../drivers/compose/source/release-paths.ts';
import type { ComposeFacts } from './compose-facts.ts';
import type { ComposeFiles } from './compose-files.ts';
import { projectNameOf } from './module-ids.ts';
import { globOfFolder } from './path-glob.ts';
import { quoteText } from './quote-text.ts';
import { folderOf, sortReferences } from './sorted-references.ts';

/** The manifest as init writes it: only what is not the default. */
export interface DraftManifest {
  readonly schema: 1;
  readonly id: string;
  readonly stateful: boolean;
  readonly host: string;
  readonly driver: 'compose';
  readonly compose: {
    readonly file?: string;
    readonly files?: readonly string[];
    readonly project?: string;
    readonly services?: readonly string[];
  };
  readonly host_files?: readonly string[];
  readonly host_dirs?: readonly string[];
  readonly paths?: readonly string[];
  readonly self_hosting?: true;
}

/** A module that init would write, and what a person should know of it. */
export interface ModuleDraft {
  readonly manifest: DraftManifest;
  /** Why it is stateful; what was looked for where it is not. */
  readonly because: readonly string[];
  readonly notes: readonly string[];
  /** Repository paths that live on the host and must not get into git. */
  readonly hostPaths: readonly string[];
}

/** What there is of a path in the work tree. */
export type PathKind = 'file' | 'folder' | undefined;

export interface DraftSubject {
  readonly id: string;
  readonly host: string;
  readonly modulesDir: string;
  readonly app: ComposeFiles;
  readonly facts: ComposeFacts;
  /** Name of the folder of the repository, for an app in its root. */
  readonly repositoryName: string;
  /** True where the folder of the app is its own, and not also another's. */
  readonly ownsFolder: boolean;
  /** True where another module of the host has the same project. */
  readonly sharesProject: boolean;
  readonly needsVariables: boolean;
  /** What git has. */
  readonly committed: (path: string) => PathKind;
  /** What git has, or would take with the next commit. */
  readonly tracked: (path: string) => PathKind;
  readonly onDisk: (path: string) => PathKind;
}

/** Drafts the manifest of one app. */
export function draftModule(subject: DraftSubject): ModuleDraft {
  const { app, facts, id } = subject;
  const places = sortReferences(subject);
  const own = folderOf(subject);
  const isInside = isBelow(app.file, own);
  const fileName = (path: string) =>
    isInside ? path.slice(own.length + 1) : `/${path}`;
  const project = projectOf(subject);
  const file = fileName(app.file);
  const keeps = [...facts.keeps, ...places.data];
  const paths = [
    ...(isInside || !subject.ownsFolder ? [] : [globOfFolder(app.folder)]),
    ...places.further,
  ].filter((glob) => glob !== undefined);
  return {
    because:
      keeps.length > 0
        ? keeps
        : ['no volume, no writable mount and no database was found'],
    notes: [...places.notes, ...notesOf(subject)],
    hostPaths: places.hostPaths,
    manifest: {
      ...{ schema: 1, id, stateful: keeps.length > 0, host: subject.host },
      driver: 'compose',
      compose: {
        ...(file === 'compose.yaml' ? {} : { file }),
        ...listed('files', app.overrides.map(fileName)),
        ...(project === id ? {} : { project }),
        ...listed('services', subject.sharesProject ? facts.services : []),
      },
      ...listed('host_files', places.files),
      ...listed('host_dirs', places.folders),
      ...listed('paths', [...new Set(paths)].sort()),
      ...(facts.isForge ? { self_hosting: true } : {}),
    },
  };
}

function listed<Key extends string>(key: Key, items: readonly string[]) {
  return (items.length === 0 ? {} : { [key]: items }) as {
    readonly [Each in Key]?: readonly string[];
  };
}

/** What the project is called where it was started by hand, for adoption. */
export function projectOf(
  subject: Pick<DraftSubject, 'app' | 'facts' | 'id' | 'repositoryName'>,
): string {
  const { app, facts, id, repositoryName } = subject;
  const folder = posix.basename(app.folder) || repositoryName;
  const name = facts.name?.includes('$') ? '' : (facts.name ?? folder);
  return projectNameOf(name).slice(0, 63) || id;
}

function notesOf({ facts, ownsFolder, app }: DraftSubject): string[] {
  return [
    ...facts.refused.map(
      (each) => `${each}, which a plan refuses (plan/build-unsupported)`,
    ),
    ...(facts.isForge
      ? ['is the forge or its runner: never touched by a job (self_hosting)']
      : []),
    ...(ownsFolder
      ? []
      : [
          `owns what its compose file names, not all of ${quoteText(app.folder || '.')}`,
        ]),
  ];
}

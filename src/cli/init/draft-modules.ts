import { posix } from 'node:path';
import { hostOfPath } from '../../init/host-option.ts';
import {
  type DraftSubject,
  draftModule,
  type ModuleDraft,
  projectOf,
} from '../../init/module-draft.ts';
import { chooseIds } from '../../init/module-ids.ts';
import { ActionError } from '../../model/errors.ts';
import { isModuleId } from '../../model/identifiers.ts';
import { type Manifest, manifestSchema } from '../../model/manifest.ts';
import { printable } from '../../model/printable.ts';
import { folderOf } from '../../repository/module-folders.ts';
import type { PresentModules } from './present-modules.ts';
import type { ReadApp } from './read-apps.ts';
import {
  indexPaths,
  kindOnDisk,
  type RepositoryFacts,
} from './repository-facts.ts';
import type { InitSettings } from './settings.ts';

export interface DraftedModule {
  readonly draft: ModuleDraft;
  /** The draft as its schema reads it. */
  readonly manifest: Manifest;
  /** The compose file it is made of. */
  readonly file: string;
}

interface Placed extends ReadApp {
  readonly id: string;
  readonly host: string;
  readonly project: string;
}

/** Drafts a module for each app, with an id and a host of its own. */
export function draftModules(
  facts: RepositoryFacts,
  settings: InitSettings,
  given: {
    readonly apps: readonly ReadApp[];
    readonly present: PresentModules;
    /** Folders of all compose files. */
    readonly folders: readonly string[];
    /** Secrets that git would take with the next commit. */
    readonly secrets: ReadonlySet<string>;
  },
): readonly DraftedModule[] {
  const { present } = given;
  const placed = placeApps(facts, settings, given);
  const committed = indexPaths(facts.committed);
  const tracked = indexPaths([
    ...facts.committed,
    ...facts.others.filter((path) => !given.secrets.has(path)),
  ]);
  const projects = countProjects(placed, present);
  return placed.map((each) => {
    const claims = projects.get(keyOf(each)) ?? 0;
    const draft = draftModule({
      ...each,
      ...{ modulesDir: settings.modulesDir, repositoryName: facts.name },
      ownsFolder: ownsFolder(each.app.folder, settings, given.folders),
      sharesProject: claims > 1,
      ...{ committed, tracked },
      onDisk: (path) => kindOnDisk(facts.root, path),
    } satisfies DraftSubject);
    const told = claims > 1 ? tellClaims(each, placed) : [];
    const withNotes = { ...draft, notes: [...draft.notes, ...told] };
    const { file } = each.app;
    return { draft: withNotes, manifest: check(withNotes, file), file };
  });
}

function placeApps(
  { name }: RepositoryFacts,
  { hosts, modulesDir, places }: InitSettings,
  given: {
    readonly apps: readonly ReadApp[];
    readonly present: PresentModules;
  },
): Placed[] {
  const ids = chooseIds(
    given.apps.map(({ app: { file, folder } }) => {
      const fixed = folderOf(modulesDir, file);
      return {
        file,
        fixed: fixed !== undefined && isModuleId(fixed) ? fixed : undefined,
        folders: folder === '' ? [name] : folder.split('/'),
      };
    }),
    given.present.manifests.keys(),
  );
  const hostless: string[] = [];
  const placed = given.apps.flatMap((each) => {
    const { file } = each.app;
    const id = ids.get(file) ?? '';
    const host = hostOfPath(file, places, Object.keys(hosts));
    if (host === undefined) {
      hostless.push(file);
      return [];
    }
    const project = projectOf({ ...each, id, repositoryName: name });
    return [{ ...each, id, host, project }];
  });
  if (hostless.length > 0) throw undecidedHost(hostless, Object.keys(hosts));
  return placed;
}

function undecidedHost(
  files: readonly string[],
  names: readonly string[],
): ActionError {
  const told = files.slice(0, 10).map(printable).join(', ');
  const more = files.length > 10 ? ` and ${files.length - 10} more` : '';
  const folder = printable(posix.dirname(files[0] ?? ''));
  return new ActionError(
    'init/undecided',
    `nobody said which host has ${told}${more}`,
    {
      remedy: `Say it for each folder, such as: --place ${folder}=${names[0]}`,
    },
  );
}

/** Not the root, and not where other apps or the modules lie as well. */
function ownsFolder(
  folder: string,
  { modulesDir }: InitSettings,
  folders: readonly string[],
): boolean {
  if (folder === '' || modulesDir.startsWith(`${folder}/`)) return false;
  let same = 0;
  for (const each of folders) {
    if (each.startsWith(`${folder}/`)) return false;
    if (each === folder) same += 1;
  }
  return same < 2;
}

function keyOf({ host, project }: Pick<Placed, 'host' | 'project'>): string {
  return `${host}/${project}`;
}

function countProjects(
  placed: readonly Placed[],
  { manifests }: PresentModules,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const each of placed) add(keyOf(each));
  for (const {
    compose,
    driver,
    host,
    id,
    renamed_from,
  } of manifests.values()) {
    if (driver !== 'compose') continue;
    add(keyOf({ host, project: compose?.project ?? (renamed_from || id) }));
  }
  return counts;
}

/** Two of one project that both run a service of one name. */
function tellClaims(own: Placed, placed: readonly Placed[]): string[] {
  const { services } = own.facts;
  return placed.flatMap((other) => {
    if (other === own || keyOf(other) !== keyOf(own)) return [];
    const both = services.filter((name) => other.facts.services.includes(name));
    const share = `shares the project ${own.project} with ${other.id}`;
    return both.length === 0
      ? [`${share}; each lists its services`]
      : [
          `${share}, and both have ${both.join(', ')}, which a plan refuses (plan/service-claimed)`,
        ];
  });
}

function check({ manifest }: ModuleDraft, file: string): Manifest {
  const parsed = manifestSchema.safeParse(manifest);
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues
    .map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
    .join('; ');
  throw new ActionError(
    'init/invalid-compose',
    printable(`${file} makes no valid manifest: ${told}`),
  );
}

import {
  type AdminAccess,
  administer,
} from '../../adapters/transport/administer.ts';
import {
  findMountedPaths,
  findNamedPaths,
  type NamedPaths,
} from '../../drivers/compose/adopt/named-paths.ts';
import {
  type HostPath,
  linesOf,
  parseHostPaths,
  parseRunningProject,
  type RunningProject,
} from '../../drivers/compose/adopt/running-project.ts';
import { PROJECT_PROGRAM } from '../../host/admin-program.ts';
import { ActionError } from '../../model/errors.ts';
import type { HostPolicy } from '../../model/policy.ts';
import { printable } from '../../model/printable.ts';

/** How deep files may lead to further ones. */
const MAX_ROUNDS = 10;

/** What runs of a project on a host; throws where nothing does. */
export async function askProject(
  access: AdminAccess,
  project: string,
  { runtime_root: root, user = '' }: HostPolicy,
): Promise<RunningProject> {
  const fields = { op: 'look', project, root, user };
  const answer = await administer(access, fields, PROJECT_PROGRAM);
  const running = parseRunningProject(answer);
  if (running.containers.length > 0) return running;
  const others = linesOf(answer, 'projects').join(', ');
  throw new ActionError(
    'adopt/unknown-project',
    printable(
      `There is no container of the project ${JSON.stringify(project)}; the host has ${others === '' ? 'none of any project' : others}`,
    ),
  );
}

export interface AskedPaths {
  readonly named: NamedPaths;
  /** What is at a path below the folder of the project. */
  readonly find: (path: string) => HostPath | undefined;
}

/**
 * Follows the compose files to all that they name. Of files of variables, of
 * secrets and of what a service writes it is asked what they are, never what
 * is in them.
 */
export async function askPaths(
  access: AdminAccess,
  place: {
    readonly running: RunningProject;
    readonly folder: string;
    readonly files: readonly string[];
    readonly services: readonly string[] | undefined;
  },
): Promise<AskedPaths> {
  const { files, folder, running, services } = place;
  const found = new Map(
    [...running.paths]
      .filter(([path]) => path.startsWith(`${folder}/`))
      .map(([path, each]) => [path.slice(folder.length + 1), each]),
  );
  const find = (path: string) => found.get(path);
  for (let round = 0; ; round += 1) {
    const contents = new Map(
      [...found].flatMap(([path, { content }]) =>
        content === undefined ? [] : [[path, content] as const],
      ),
    );
    const source = { folder, files, contents, services };
    const named = findNamedPaths(source);
    const asked = sortQuestions(
      [
        ...named.named,
        ...findMountedPaths(running.containers, folder),
        { path: '.env', use: 'variables', writable: false } as const,
      ].filter(({ path }) => !found.has(path)),
    );
    if (asked.size === 0 || round === MAX_ROUNDS) return { named, find };
    for (const [path, each] of await ask(access, folder, asked)) {
      found.set(path, each);
    }
  }
}

/** Each path, and whether its content may be asked for. */
function sortQuestions(
  named: NamedPaths['named'],
): ReadonlyMap<string, boolean> {
  const isKept = ({ use, writable }: NamedPaths['named'][number]) =>
    writable || use === 'variables' || use === 'secret';
  const kept = new Set(named.filter(isKept).map(({ path }) => path));
  return new Map(named.map(({ path }) => [path, !kept.has(path)]));
}

async function ask(
  access: AdminAccess,
  folder: string,
  asked: ReadonlyMap<string, boolean>,
): Promise<readonly (readonly [string, HostPath])[]> {
  const linesWith = (isWanted: boolean) =>
    [...asked]
      .filter(([, wanted]) => wanted === isWanted)
      .map(([path]) => `${folder}${path === '' ? '' : `/${path}`}\n`)
      .join('');
  const answer = await administer(
    access,
    { op: 'read', folder, wanted: linesWith(true), told: linesWith(false) },
    PROJECT_PROGRAM,
  );
  return [...parseHostPaths(answer)].map(([path, each]) => [
    path.slice(folder.length + 1),
    each,
  ]);
}

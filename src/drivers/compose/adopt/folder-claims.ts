import type { Manifest } from '../../../model/manifest.ts';
import type { Finding } from '../../../model/verdict.ts';
import { unsupported } from './locate-project.ts';
import { findMountedPaths } from './named-paths.ts';
import type { RunningProject } from './running-project.ts';

/** A module that is drafted, and what of its project it is. */
export interface FolderClaim {
  readonly id: string;
  readonly host: string;
  readonly project: string;
  readonly folder: string;
  /** Where modules live on the host, and the user of the lanes there. */
  readonly runtimeRoot: string;
  readonly user: string;
  readonly services: readonly string[] | undefined;
  readonly running: RunningProject;
  /** The module that has the folder of the project for itself already. */
  readonly takenBy: string | undefined;
}

/** Why the folder of a project cannot become that of the module. */
export function judgeFolder(
  claim: FolderClaim,
  folders: { readonly mounted: boolean; readonly takesFolder: boolean },
): Finding[] {
  const { folder, takenBy } = claim;
  if (folders.mounted && takenBy !== undefined) {
    const reason = `A service mounts something below ${folder}, which is of the module ${takenBy}`;
    return [unsupported(reason, togetherRemedy(claim))];
  }
  if (!folders.takesFolder) return [];
  const moves = claim.running.linked === '' ? judgeMove(claim) : [];
  return [...findNeighbours(claim), ...moves];
}

/** The folder moves as a whole, so what is mounted of it belongs together. */
function findNeighbours(claim: FolderClaim): Finding[] {
  const { folder, running, services } = claim;
  const others = running.containers.filter(
    (each) =>
      services?.includes(each.service) === false &&
      findMountedPaths([each], folder).length > 0,
  );
  if (others.length === 0) return [];
  const names = others.map(({ service }) => service).join(', ');
  const reason = `${names} mounts something below ${folder} as well`;
  return [unsupported(reason, togetherRemedy(claim))];
}

function togetherRemedy({ folder }: FolderClaim): string {
  return `Adopt the services that mount something below ${folder} as one module.`;
}

/** What is there is moved by rename, by the user of the lanes. */
function judgeMove(claim: FolderClaim): Finding[] {
  const { folder, id, running, runtimeRoot, user } = claim;
  if (!running.isNear) {
    return [
      unsupported(
        `${folder} is on another file system than ${runtimeRoot}, and what it holds is moved by rename`,
        'Move it while nothing runs, or choose a runtime_root on the same one.',
      ),
    ];
  }
  if (running.fixed.length === 0) return [];
  const data = findMountedPaths(running.containers, folder)
    .map(({ path }) => path)
    .filter((path) => running.fixed.includes(`${folder}/${path}`));
  const base = `${runtimeRoot}/${id}`;
  const shared = `${base}/shared`;
  // Whoever makes folders on the way makes them for the user of the lanes.
  const make = [base, `-m 700 ${shared}`];
  const moves = [...new Set(data)].flatMap((path) => [
    ...[...make, ...parentsOf(path).map((each) => `${shared}/${each}`)].map(
      (each) => `install -d -o ${user} ${each}`,
    ),
    // Its rights stay: a database may refuse to start with others.
    `mv -T ${folder}/${path} ${shared}/${path}`,
    `ln -s ${shared}/${path} ${folder}/${path}`,
  ]);
  const others = running.fixed.filter(
    (path) => !data.includes(path.slice(folder.length + 1)),
  );
  const allow =
    others.length > 0 ? [`setfacl -m u:${user}:rwx ${others.join(' ')}`] : [];
  return [
    unsupported(
      `${user} may not move what is in ${running.fixed.join(', ')}`,
      `As root on the host: ${[...allow, ...moves].join(' && ')}; what runs does not notice.`,
    ),
  ];
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** The module of a project that has its folder; undefined where none has. */
export function findFolderOwner(
  request: Pick<FolderClaim, 'host' | 'folder' | 'id'>,
  manifests: readonly Manifest[],
): string | undefined {
  return manifests.find(
    ({ compose, host, id }) =>
      id !== request.id &&
      host === request.host &&
      compose?.project_directory === request.folder,
  )?.id;
}

/** Other modules of the same project on the same host. */
export function findSharers(
  request: Pick<FolderClaim, 'host' | 'project' | 'id'>,
  manifests: readonly Manifest[],
): readonly Manifest[] {
  return manifests.filter((manifest) => {
    const { compose, driver, host, id } = manifest;
    const project = compose?.project ?? (manifest.renamed_from || id);
    return (
      id !== request.id &&
      driver === 'compose' &&
      host === request.host &&
      project === request.project
    );
  });
}

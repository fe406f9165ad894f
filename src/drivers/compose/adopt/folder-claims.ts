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
  readonly services: readonly string[] | undefined;
  readonly running: RunningProject;
  /** The module that has the folder of the project for itself already. */
  readonly takenBy: string | undefined;
}

/** The folder moves as a whole, so what is mounted of it belongs together. */
export function findNeighbours(
  request: FolderClaim,
  { mounted, takesFolder }: { mounted: boolean; takesFolder: boolean },
): Finding[] {
  const { folder, running, services, takenBy } = request;
  const remedy = `Adopt the services that mount something below ${folder} as one module.`;
  if (mounted && takenBy !== undefined) {
    const reason = `A service mounts something below ${folder}, which is of the module ${takenBy}`;
    return [unsupported(reason, remedy)];
  }
  const others = running.containers.filter(
    (each) =>
      services?.includes(each.service) === false &&
      findMountedPaths([each], folder).length > 0,
  );
  if (takesFolder && !running.isNear) {
    return [
      unsupported(
        `${folder} is on another file system than the runtime root, and what it holds is moved by rename`,
        'Move it while nothing runs, or choose a runtime_root on the same one.',
      ),
    ];
  }
  if (!takesFolder || others.length === 0) return [];
  const names = others.map(({ service }) => service).join(', ');
  return [
    unsupported(`${names} mounts something below ${folder} as well`, remedy),
  ];
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

import type { DraftRequest } from '../../drivers/compose/adopt/draft-module.ts';
import {
  findFolderOwner,
  findSharers,
} from '../../drivers/compose/adopt/folder-claims.ts';
import type { RunningProject } from '../../drivers/compose/adopt/running-project.ts';
import { InputError } from '../../model/errors.ts';
import type { AdminRun } from '../admin-run.ts';
import { type AdoptOptions, chooseId, parseServices } from './adopt-options.ts';
import { readPresentManifests } from './present-manifests.ts';
import { readPresentModule } from './read-present-module.ts';

/** The containers of the services that are asked for. */
export function ownContainers(
  { containers }: RunningProject,
  options: AdoptOptions,
) {
  const services = parseServices(options.services);
  const known = [...new Set(containers.map(({ service }) => service))];
  const missing = services?.filter((service) => !known.includes(service));
  if (missing && missing.length > 0) {
    throw new InputError(
      '--services',
      missing.join(','),
      `services that run in the project: ${known.join(', ')}`,
    );
  }
  return containers.filter(
    ({ service }) => services?.includes(service) ?? true,
  );
}

/** With what other modules of the repository say of the same project. */
export async function requestDraft(
  found: Pick<
    DraftRequest,
    'folder' | 'files' | 'named' | 'find' | 'running' | 'project'
  >,
  options: AdoptOptions,
  admin: AdminRun,
): Promise<DraftRequest> {
  const { host, run, subject } = admin;
  const { modules_dir } = subject.policy;
  const id = chooseId(found.project, options.id);
  const services = parseServices(options.services);
  const claim = { ...found, id, host: options.host };
  const manifests = readPresentManifests(run.repo, modules_dir);
  const sharers = findSharers(claim, manifests);
  if (sharers.length > 0 && services === undefined) {
    const theirs = sharers.map(
      (each) => `${each.id} has ${each.compose?.services?.join(', ') ?? 'all'}`,
    );
    throw new InputError(
      '--services',
      '',
      `the services of this module, since others have the project too (${theirs.join('; ')})`,
    );
  }
  return {
    ...claim,
    ...{ runtimeRoot: host.runtime_root, user: host.user ?? '' },
    services,
    moduleFolder: `${modules_dir}/${id}`,
    takenBy: findFolderOwner(claim, manifests),
    present: await readPresentModule(admin, id),
  };
}

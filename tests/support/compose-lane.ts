import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { containersOf, removeProject, uniqueProject } from './engine.ts';
import { type Lane, type LaneSettings, openLane } from './lane.ts';
import type { Changes } from './platform.ts';
import { startSshd, type TestSshd } from './sshd.ts';

/** A compose module, as its files say it. */
export interface ComposeModule {
  /** Compose file of the module; none where it uses one of another place. */
  readonly compose?: Readonly<Record<string, unknown>> | string;
  /** Further files of its folder. */
  readonly files?: Changes;
  /** Keys of the manifest that differ. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** A lane whose host has a real engine and is reached by a real sshd. */
export interface ComposeLane extends Lane {
  readonly sshd: TestSshd;
  /** Part of the name of everything it makes on the engine. */
  readonly project: string;
  /** Files of a compose module; of the lane's project unless it names one. */
  module(id: string, module: ComposeModule): Changes;
  /** Puts a file where the host has those of a module; its path. */
  share(id: string, path: string, content: string): string;
  /** Start times of containers, by name. */
  started(project?: string): Record<string, string>;
}

/** Opens one; close it at the end, which also removes what it made. */
export async function openComposeLane(
  settings: LaneSettings & { readonly sshdOptions?: readonly string[] } = {},
): Promise<ComposeLane> {
  const sshd = await startSshd(...(settings.sshdOptions ?? []));
  const lane = await openLane({ ...settings, sshd });
  const project = uniqueProject();
  return {
    ...lane,
    sshd,
    project,
    module: (id, module) => renderModule(id, project, module),
    share: (id, path, content) => {
      const place = join(lane.platform.host, id, 'shared', path);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, content);
      return place;
    },
    started: (name = project) =>
      Object.fromEntries(
        containersOf(name).map((each) => [each.name, each.startedAt]),
      ),
    close: async () => {
      // First what runs, since it may write into a folder of the host.
      removeProject(project);
      await lane.close();
      await sshd.stop();
      rmSync(lane.platform.root, { recursive: true, force: true });
    },
  };
}

function renderModule(
  id: string,
  project: string,
  { compose, files = {}, manifest = {} }: ComposeModule,
): Changes {
  const document = {
    schema: 1,
    id,
    stateful: false,
    host: 'demo',
    driver: 'compose',
    backup: { class: 'files' },
    health: { timeout: '40s', streak: 1, interval: '1s' },
    ...manifest,
    compose: { project, ...Object(manifest['compose']) },
  };
  const folder = `modules/${id}`;
  const text =
    typeof compose === 'string' ? compose : JSON.stringify(compose, null, 2);
  return {
    [`${folder}/module.yaml`]: JSON.stringify(document, null, 2),
    ...(compose === undefined ? {} : { [`${folder}/compose.yaml`]: text }),
    ...Object.fromEntries(
      Object.entries(files).map(([path, change]) => [
        path.startsWith('/') ? path.slice(1) : `${folder}/${path}`,
        change,
      ]),
    ),
  };
}

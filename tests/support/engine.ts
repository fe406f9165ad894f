import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { pathOf } from './requirements.ts';

/** True where these tests can run; give it to `describe.skipIf(!…)`. */
export const hasEngine = pathOf('engine') !== undefined;

/** Images that tests make carry it, so that they can be found again. */
export const PROJECT_LABEL = 'apply-gates.tests.project';

const COMPOSE_LABEL = 'com.docker.compose.project';

/** What a container is at this moment. */
export interface EngineContainer {
  readonly id: string;
  readonly name: string;
  /** Empty for one that compose did not make. */
  readonly service: string;
  /** As it was asked for, and the id of what that was. */
  readonly image: string;
  readonly imageId: string;
  readonly state: string;
  /** Empty where the image has no check. */
  readonly health: string;
  readonly exitCode: number;
  /** It changes with every start, also with a restart. */
  readonly startedAt: string;
  readonly restartCount: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly EngineMount[];
}

export interface EngineMount {
  readonly type: string;
  /** The name of a volume, else the path on the host. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** Runs the client; what it says on stderr is in the error it throws. */
export function docker(...args: readonly string[]): string {
  const { error, status, signal, stdout, stderr } = spawnSync(
    enginePath(),
    args,
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (error !== undefined) throw error;
  if (status !== 0) {
    const command = `docker ${args.join(' ')}`;
    throw new Error(`${command} ended with ${status ?? signal}: ${stderr}`);
  }
  return stdout.trimEnd();
}

export function enginePath(): string {
  const path = pathOf('engine');
  if (path === undefined) throw new Error('the engine is missing');
  return path;
}

/** The engine is shared by all tests: each works below a name of its own. */
export function uniqueProject(): string {
  return `ag${randomBytes(6).toString('hex')}`;
}

/** Every container of a project, also stopped ones, sorted by name. */
export function containersOf(project: string): EngineContainer[] {
  const ids = list('ps', '-a', '-q', '--filter', composeFilter(project));
  if (ids.length === 0) return [];
  const found: Inspected[] = JSON.parse(docker('inspect', ...ids));
  return found.map(toContainer).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Removes what has the project's label or name, and nothing else. */
export function removeProject(project: string): void {
  // The pattern is not anchored: networks and volumes may be prefixed.
  const filters = [composeFilter(project), `name=${project}`];
  const find = (...args: readonly string[]) => [
    ...new Set(
      filters.flatMap((each) => list(...args, '-q', '--filter', each)),
    ),
  ];
  remove(['rm', '-f', '-v'], find('ps', '-a', '--no-trunc'));
  remove(['network', 'rm'], find('network', 'ls', '--no-trunc'));
  remove(['volume', 'rm', '-f'], find('volume', 'ls'));
  const label = `label=${PROJECT_LABEL}=${project}`;
  const images = list('images', '-q', '--no-trunc', '--filter', label);
  remove(['rmi', '-f'], [...new Set(images)]);
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly StartedAt: string;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: {
    readonly Image: string;
    readonly Labels: Readonly<Record<string, string>> | null;
  };
  readonly Mounts: readonly {
    readonly Type: string;
    readonly Name?: string;
    readonly Source: string;
    readonly Destination: string;
    readonly RW: boolean;
  }[];
}

function toContainer(found: Inspected): EngineContainer {
  const labels = found.Config.Labels ?? {};
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ''),
    service: labels['com.docker.compose.service'] ?? '',
    image: found.Config.Image,
    imageId: found.Image,
    state: found.State.Status,
    health: found.State.Health?.Status ?? '',
    exitCode: found.State.ExitCode,
    startedAt: found.State.StartedAt,
    restartCount: found.RestartCount,
    labels,
    mounts: found.Mounts.map((mount) => ({
      type: mount.Type,
      source: mount.Name ?? mount.Source,
      target: mount.Destination,
      readOnly: !mount.RW,
    })).sort((a, b) => (a.target < b.target ? -1 : 1)),
  };
}

function composeFilter(project: string): string {
  return `label=${COMPOSE_LABEL}=${project}`;
}

function list(...args: readonly string[]): string[] {
  return docker(...args)
    .split('\n')
    .filter((line) => line !== '');
}

/** What is gone already is no failure of a test that cleans up. */
function remove(command: readonly string[], names: readonly string[]): void {
  if (names.length === 0) return;
  for (let tries = 1; ; tries += 1) {
    try {
      docker(...command, ...names);
      return;
    } catch (error) {
      const said = String(error);
      // The engine lets go of the network of a container a moment after it.
      const isBusy = /active endpoints/.test(said) && tries < 50;
      if (!isBusy && !/no such|not found|already in progress/i.test(said)) {
        throw error;
      }
      if (!isBusy) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandRun, runCommand } from './command-line.ts';
import { type ComposeLane, openComposeLane } from './compose-lane.ts';
import { writeFolder } from './compose-stand.ts';
import { containersOf, docker } from './engine.ts';
import { buildImage } from './engine-image.ts';

/** A lane, and a project that somebody started by hand on its host. */
export interface AdoptStand {
  readonly lane: ComposeLane;
  /** An image that idles. */
  readonly image: string;
  /** The folder of the project; its name is that of the project. */
  readonly old: string;
  /** Starts what these files say, and nothing else, in that folder. */
  up(
    files: Parameters<typeof writeFolder>[1],
    ...args: readonly string[]
  ): void;
  /** `apply-gates adopt <project> --host demo …` as an administrator. */
  adopt(...args: readonly string[]): Promise<CommandRun>;
  /** A file of the work tree; undefined where there is none. */
  read(path: string): string | undefined;
  /** What would differ if anything had been touched. */
  incarnation(): readonly (readonly [string, string, string])[];
  close(): Promise<void>;
}

export async function openAdoptStand(
  settings: Parameters<typeof openComposeLane>[0] = {},
): Promise<AdoptStand> {
  const lane = await openComposeLane(settings);
  const { checkout, root } = lane.platform;
  const { sshd, project } = lane;
  const old = join(root, 'opt', project);
  return {
    lane,
    old,
    image: (await buildImage(project, 'idle')).ref,
    up: (files, ...args) => {
      rmSync(old, { recursive: true, force: true });
      writeFolder(old, files);
      docker(
        ...['compose', '--project-directory', old, '-p', project],
        ...['-f', join(old, 'compose.yaml'), ...args, 'up', '-d'],
        ...['--no-build', '--force-recreate', '--remove-orphans'],
      );
    },
    adopt: (...args) =>
      runCommand(
        { checkout },
        ...['adopt', project, '--host', 'demo'],
        ...['--admin', `${sshd.user}@${sshd.address}`],
        ...['--port', String(sshd.port), '--identity', sshd.privateKeyPath],
        ...args,
      ),
    read: (path) =>
      existsSync(join(checkout, path))
        ? readFileSync(join(checkout, path), 'utf8')
        : undefined,
    incarnation: () =>
      containersOf(project).map(({ id, name, startedAt }) => [
        name,
        id,
        startedAt,
      ]),
    close: () => lane.close(),
  };
}

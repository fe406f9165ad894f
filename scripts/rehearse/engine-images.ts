import { spawnSync } from 'node:child_process';
import { findStaticBusybox } from '../../tests/support/busybox.ts';
import { docker, enginePath } from '../../tests/support/engine.ts';
import { buildImage, imageId } from '../../tests/support/engine-image.ts';
import { readProgramClosure } from '../../tests/support/program-closure.ts';
import { findProgram } from '../../tests/support/program-path.ts';

/** Programs of this machine that a stand-in for an image consists of. */
const STAND_INS: Readonly<Record<string, readonly string[]>> = {
  busybox: [],
  redis: ['redis-server', 'redis-cli', 'redis-check-rdb'],
};

/** The images of the example, as this engine can have them. */
export interface EngineImages {
  /** As the example writes it -> as the copy has to. */
  readonly refs: ReadonlyMap<string, string>;
  /** Forgets what was pulled; stand-ins go with the project. */
  remove(): void;
}

/**
 * Takes images that are there, else pulls them, else makes stand-ins of the
 * programs of this machine, under names of the project: nobody may ever take
 * one for the image itself. Otherwise it is told which image is missing.
 */
export async function findImages(
  refs: readonly string[],
  project: string,
): Promise<EngineImages | { readonly missing: string }> {
  const found = new Map<string, string>();
  const pulled: string[] = [];
  const images: EngineImages = {
    refs: found,
    remove: () => {
      for (const ref of pulled) docker('rmi', ref);
    },
  };
  for (const ref of refs) {
    const isThere = imageId(ref) !== undefined;
    if (!isThere && pull(ref)) pulled.push(ref);
    const known = isThere || pulled.includes(ref);
    const usable = known ? ref : await makeStandIn(ref, project);
    if (usable === undefined) {
      images.remove();
      return { missing: ref };
    }
    found.set(ref, usable);
  }
  return images;
}

function pull(ref: string): boolean {
  const { status } = spawnSync(enginePath(), ['pull', '--quiet', ref], {
    stdio: 'ignore',
    timeout: 300_000,
  });
  return status === 0;
}

async function makeStandIn(
  ref: string,
  project: string,
): Promise<string | undefined> {
  const programs = (STAND_INS[ref.replace(/:.*/, '')] ?? ['']).map((name) =>
    findProgram(name),
  );
  if (!findStaticBusybox() || programs.includes(undefined)) return undefined;
  const paths = programs.filter((path) => path !== undefined);
  const files = Object.assign({}, ...paths.map(readProgramClosure));
  const folders = paths.map((path) => path.replace(/\/[^/]*$/, ''));
  const environment = { PATH: [...new Set([...folders, '/bin'])].join(':') };
  const made = await buildImage(project, ref, { files, environment });
  console.log(`${ref} cannot be pulled: ${made.ref} stands in for it`);
  return made.ref;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ApplyRequest, Release } from '../../src/drivers/driver.ts';
import type { Plan } from '../../src/model/plan.ts';
import { type ComposeStand, openComposeStand } from './compose-stand.ts';
import { type EngineMoments, watchMoments } from './engine-moments.ts';
import type { TestSshd } from './sshd.ts';

/** Numbers of events of an apply of `edition`; it makes fourteen. */
export const TEN_POINTS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12];

/** A project whose applies are cut: two services change, a third one does not. */
export interface CutProject {
  readonly stand: ComposeStand;
  readonly project: string;
  /** A release of which both services run another configuration and content. */
  edition(name: string): Release;
  /** Applies it, and cuts at so many events; tells whether that was reached. */
  cutAt(
    count: number,
    edition: string,
    cut: (plan: Plan) => unknown,
    changes?: Partial<ApplyRequest>,
  ): Promise<{
    readonly result: Awaited<ReturnType<ComposeStand['apply']>>;
    readonly wasCut: boolean;
    readonly told: readonly string[];
  }>;
  /** It runs an edition, whole, under the right names, with all of its data. */
  expectRunning(edition: string): Promise<void>;
  close(): Promise<void>;
}

const SERVICES = ['api', 'steady', 'web'];

/** Opens a stand on which edition `first` runs. */
export async function openCutProject(sshd?: TestSshd): Promise<CutProject> {
  const stand = await openComposeStand(sshd);
  const { image, project } = stand;
  const changing = (edition: string) => ({
    image,
    environment: { EDITION: edition },
    volumes: ['./www:/www:ro', '/data'],
  });
  const edition = (name: string) =>
    stand.release(
      {
        'compose.yaml': {
          services: {
            api: changing(name),
            web: changing(name),
            steady: { image, volumes: ['/data'] },
          },
        },
        'www/index.html': name,
      },
      { manifest: { health: { timeout: '30s', streak: 1, interval: '1s' } } },
    );
  await stand.applied(edition('first'));
  // An anonymous volume is lost where a container is made anew without it.
  for (const service of SERVICES) {
    stand.exec(service, 'sh', '-c', `echo ${service} >/data/rows`);
  }
  const before = stand.started();
  return {
    ...{ edition, project, stand },
    cutAt: async (count, name, cut, changes = {}) => {
      const release = edition(name);
      const plan = await stand.plan(release);
      const moments = watchMoments(project);
      const cutting = cutWhen(moments, count, () => cut(plan));
      const result = await stand.apply(release, { plan, ...changes });
      await moments.stop();
      return { result, wasCut: await cutting, told: moments.told() };
    },
    expectRunning: async (name) => {
      const { host } = stand;
      const names = Object.values(stand.containers()).map((one) => one.name);
      expect(names).toEqual(SERVICES.map((each) => `${project}-${each}-1`));
      for (const service of SERVICES) {
        expect(stand.exec(service, 'cat', '/data/rows')).toBe(service);
      }
      for (const service of ['api', 'web']) {
        expect(stand.exec(service, 'cat', '/www/index.html')).toBe(name);
        expect(stand.exec(service, 'sh', '-c', 'echo $EDITION')).toBe(name);
      }
      expect(stand.started()['steady']).toBe(before['steady']);
      const current = join(host.runtimeRoot, project, 'current');
      const path = join(current, 'modules', project, 'www/index.html');
      expect(readFileSync(path, 'utf8')).toBe(name);
      expect(await stand.plan(edition(name))).toMatchObject({
        exit_code: 0,
        changes: [],
        health: 'healthy',
      });
    },
    close: () => stand.close(),
  };
}

async function cutWhen(
  moments: EngineMoments,
  count: number,
  cut: () => unknown,
): Promise<boolean> {
  if (!(await moments.reach(count))) return false;
  return (await cut()) !== false;
}

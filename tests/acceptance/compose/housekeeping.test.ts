import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostSession } from '../../../src/host/host-session.ts';
import {
  applyComposeRelease,
  askComposePlan,
  makeComposeRelease,
} from '../../support/compose-modules.ts';
import {
  docker,
  hasEngine,
  removeProject,
  uniqueProject,
} from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';
import { makeHost, type TestHost } from '../../support/host-modules.ts';

const isRoot = process.getuid?.() === 0;

describe.skipIf(!hasEngine)('what is kept on the host', () => {
  let host: TestHost;
  let session: HostSession;
  let project: string;
  let image: string;

  beforeEach(async () => {
    host = makeHost();
    session = await host.open();
    project = uniqueProject();
    image = (await buildImage(project, 'web')).ref;
  });

  afterEach(async () => {
    await host.remove();
    for (const tag of keptTags()) docker('image', 'rm', tag);
    removeProject(project);
  });

  const release = (number: number) =>
    makeComposeRelease({
      id: project,
      files: {
        'compose.yaml': JSON.stringify({
          services: {
            web: { image, volumes: ['./www:/www:ro'] },
            other: { image, environment: { RELEASE: String(number) } },
          },
        }),
        'www/index.html': 'of the first release',
      },
      manifest: { health: { timeout: '20s', streak: 1, interval: '1s' } },
    });

  const keptReleases = () =>
    readdirSync(join(host.runtimeRoot, project, 'releases'))
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .sort();

  const keptTags = () =>
    docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}')
      .split('\n')
      .filter((name) => name.startsWith(`apply-gates/${project}-`));

  const treesOfTags = () =>
    [
      ...new Set(
        keptTags().map((tag) =>
          tag.replace(/^.*:[0-9a-f]{8}[.]([0-9a-f]+)[.].*/, '$1'),
        ),
      ),
    ].sort();

  it('three releases, the one a container mounts, and the images of those', async () => {
    const releases = [1, 2, 3, 4, 5, 6].map(release);
    for (const each of releases) {
      expect(await applyComposeRelease(session, each)).toMatchObject({
        result: 'applied',
      });
    }
    const trees = releases.map(({ tree }) => tree);
    const newest = trees.slice(-3);
    expect(keptReleases()).toEqual([trees[0], ...newest].sort());
    for (const tree of treesOfTags()) {
      expect(keptReleases().some((kept) => kept.startsWith(tree))).toBe(true);
    }
    const read = docker('exec', `${project}-web-1`, 'cat', '/www/index.html');
    expect(read).toBe('of the first release');
  });

  it.skipIf(!isRoot)('asks for room before anything is staged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'apply-gates-small-'));
    const mount = join(folder, 'disk');
    execFileSync('mkdir', [mount]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', mount]);
    try {
      const policy = { ...host.policy, runtime_root: join(mount, 'root') };
      const small = await host.open({ policy });
      const plan = await askComposePlan(session, release(1));
      if (plan.kind !== 'planned') throw new Error(plan.refusal.reason);
      const result = await applyComposeRelease(small, release(1), {
        plan: plan.plan,
      });
      expect(result).toMatchObject({
        result: 'refused',
        finding: { code: 'host/unwritable' },
      });
      expect(existsSync(join(mount, 'root', project))).toBe(false);
    } finally {
      execFileSync('umount', [mount]);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applyComposeRelease,
  makeComposeRelease,
  planComposeRelease,
} from '../../support/compose-modules.ts';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import {
  docker,
  hasEngine,
  removeProject,
  uniqueProject,
} from '../../support/engine.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';
import { buildImage } from '../../support/engine-image.ts';
import { hasRegistry, startRegistry } from '../../support/engine-registry.ts';
import { makeHost } from '../../support/host-modules.ts';
import { pathOf } from '../../support/requirements.ts';
import {
  hasSecondEngine,
  type SecondEngine,
  startSecondEngine,
} from '../../support/second-engine.ts';

const PULL = { action: 'pull', resource: 'image/web' };

describe.skipIf(!hasEngine || !hasRegistry)(
  'an image that does not come',
  {
    timeout: 120_000,
  },
  () => {
    let stand: ComposeStand;

    beforeEach(async () => {
      stand = await openComposeStand();
    });
    afterEach(() => stand.close());

    const release = (image: string) =>
      stand.release({
        'compose.yaml': {
          services: { web: { image }, steady: { image: stand.image } },
        },
      });

    it('pull-fails: the registry is down, and nothing is changed', async () => {
      const registry = await startRegistry();
      const { ref } = await buildImage(stand.project, 'web:2');
      const pushed = registry.push(ref, `${stand.project}/web:2`);
      docker('rmi', ref);
      await stand.applied(release(stand.image));
      const plan = await stand.plan(release(pushed.ref));
      expect(plan.changes).toContainEqual(expect.objectContaining(PULL));
      await registry.stop();
      const before = stand.started();
      const watch = await watchEvents(stand.project);
      const result = await stand.apply(release(pushed.ref), { plan });
      expect(withoutProbes(await watch.stop())).toEqual([]);
      expect(result).toMatchObject({
        result: 'refused',
        finding: { code: 'apply/pull-failed' },
      });
      expect('finding' in result && result.finding.reason).toContain('refused');
      expect(stand.started()).toEqual(before);
      expect(await stand.plan(release(stand.image))).toMatchObject({
        exit_code: 0,
      });
    });

    it('pull-fails: no such image, before anything is there', async () => {
      const registry = await startRegistry();
      const missing = release(`${registry.address}/none:1`);
      const result = await stand.apply(missing);
      await registry.stop();
      expect(result).toMatchObject({
        result: 'refused',
        finding: { code: 'apply/pull-failed' },
      });
      expect(stand.containers()).toEqual({});
    });
  },
);

describe.skipIf(!hasSecondEngine || !hasRegistry)(
  'an engine whose disk is small',
  () => {
    let engine: SecondEngine;
    let folder: string;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'apply-gates-beside-'));
      engine = await startSecondEngine(96);
    });
    afterEach(async () => {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    });

    /** In the network of the engine, where its own loopback interface is. */
    async function startBeside(): Promise<() => void> {
      const config = join(folder, 'config.yml');
      const storage = join(folder, 'storage');
      mkdirSync(storage);
      const described = {
        version: '0.1',
        storage: { filesystem: { rootdirectory: storage } },
        http: { addr: '127.0.0.1:5000' },
      };
      writeFileSync(config, JSON.stringify(described));
      const program = pathOf('registry') ?? '';
      const child = engine.spawnBeside(program, ['serve', config]);
      const answers = () =>
        spawnSync('nsenter', [
          ...[`--net=/proc/${child.pid}/ns/net`, 'busybox', 'wget'],
          ...['-q', '-O', '-', 'http://127.0.0.1:5000/v2/'],
        ]).status === 0;
      while (!answers()) await delay(50);
      return () => child.kill('SIGKILL');
    }

    it('pull-fails: the disk of the engine is full, and nothing is changed', {
      timeout: 120_000,
    }, async () => {
      const project = uniqueProject();
      const small = (await buildImage(project, 'small')).ref;
      const large = await buildImage(project, 'large', {
        files: { 'srv/large': randomBytes(24 * 1024 * 1024) },
      });
      const name = '127.0.0.1:5000/large:1';
      for (const each of [small, large.ref]) engine.take(each);
      removeProject(project);
      const stop = await startBeside();
      engine.docker('tag', large.ref, name);
      engine.docker('push', '-q', name);
      engine.docker('rmi', name, large.ref);
      const host = makeHost();
      const session = await host.open({ exec: engine.exec });
      const release = (image: string) =>
        makeComposeRelease({
          id: project,
          files: {
            'compose.yaml': JSON.stringify({ services: { web: { image } } }),
          },
        });
      await applyComposeRelease(session, release(small));
      const started = () =>
        engine.docker(
          ...['inspect', '-f', '{{.Image}} {{.State.StartedAt}}'],
          `${project}-web-1`,
        );
      const before = started();
      const plan = await planComposeRelease(session, release(name));
      expect(plan.changes).toContainEqual(expect.objectContaining(PULL));
      const df = ['--output=avail', '-B', '1M', engine.dataRoot];
      const free = Number(String(spawnSync('df', df).stdout).split('\n')[1]);
      const filler = join(engine.dataRoot, 'filler');
      writeFileSync(filler, Buffer.alloc((free - 12) * 1024 * 1024));
      const result = await applyComposeRelease(session, release(name), {
        plan,
      });
      rmSync(filler);
      expect(result).toMatchObject({
        result: 'refused',
        finding: { code: 'apply/pull-failed' },
      });
      expect('finding' in result && result.finding.reason).toContain(
        'no space',
      );
      expect(started()).toBe(before);
      expect(await applyComposeRelease(session, release(name))).toMatchObject({
        result: 'applied',
      });
      stop();
      await host.remove();
    });
  },
);

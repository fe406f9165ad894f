import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { buildImage, imageId } from '../../support/engine-image.ts';
import {
  hasRegistry,
  startRegistry,
  type TestRegistry,
} from '../../support/engine-registry.ts';

const TIMEOUT = { timeout: 120_000 };

describe.skipIf(!hasEngine || !hasRegistry)('images of a module', () => {
  let stand: ComposeStand;
  let registry: TestRegistry;

  beforeEach(async () => {
    registry = await startRegistry();
    stand = await openComposeStand();
  });

  afterEach(async () => {
    await stand.close();
    await registry.stop();
  });

  const release = (image: string, more: object = {}) =>
    stand.release({
      'compose.yaml': {
        services: { web: { image, ...more }, other: { image: stand.image } },
      },
    });

  /** An image that is in the registry only. */
  const push = async (tag = '1') => {
    const { ref } = await buildImage(stand.project, 'pushed');
    const id = imageId(ref);
    const pushed = registry.push(ref, `${stand.project}/web:${tag}`);
    docker('rmi', ref);
    return { ...pushed, id };
  };

  const changes = async (...plan: Parameters<ComposeStand['plan']>) =>
    (await stand.plan(...plan)).changes.map(
      ({ action, resource }) => `${action} ${resource}`,
    );

  const running = () => stand.containers()['web']?.imageId;

  it(
    'by digest are pulled by an apply, and by nothing else',
    TIMEOUT,
    async () => {
      const one = await push();
      const two = await push();
      expect(one.pinned).not.toBe(two.pinned);
      let asked = registry.requests().length;
      expect(await changes(release(one.pinned))).toEqual([
        'pull image/web',
        'create network/default',
        'create service/other',
        'create service/web',
      ]);
      expect(registry.requests()).toHaveLength(asked);
      await stand.applied(release(one.pinned));
      expect(running()).toBe(one.id);
      expect(registry.requests().length).toBeGreaterThan(asked);
      asked = registry.requests().length;
      expect(await changes(release(one.pinned))).toEqual([]);
      expect(await stand.apply(release(one.pinned))).toMatchObject({
        result: 'noop',
      });
      expect(registry.requests()).toHaveLength(asked);
      const before = stand.started();
      expect(await changes(release(two.pinned))).toEqual([
        'pull image/web',
        'update service/web',
      ]);
      await stand.applied(release(two.pinned));
      expect(running()).toBe(two.id);
      expect(stand.started()['other']).toBe(before['other']);
    },
  );

  it.each([undefined, 'always', 'daily'])(
    'by a tag that moved in the registry are in sync until somebody pulls (pull_policy %s)',
    TIMEOUT,
    async (policy) => {
      const more = policy ? { pull_policy: policy } : {};
      const one = await push('latest');
      await stand.applied(release(one.ref, more));
      expect(running()).toBe(one.id);
      const before = stand.containers();
      const two = await push('latest');
      // To push it, its name was taken here.
      docker('tag', one.id ?? '', one.ref);
      const asked = registry.requests().length;
      expect(await changes(release(two.ref, more))).toEqual([]);
      expect(await stand.apply(release(two.ref, more))).toMatchObject({
        result: 'noop',
      });
      expect(registry.requests()).toHaveLength(asked);
      expect(stand.containers()).toEqual(before);
      docker('pull', '-q', two.ref);
      const plan = await stand.plan(release(two.ref, more));
      expect(plan.changes).toMatchObject([
        { resource: 'service/web', action: 'update', destructive: false },
      ]);
      const pulled = registry.requests().length;
      await stand.applied(release(two.ref, more));
      expect(running()).toBe(two.id);
      expect(registry.requests()).toHaveLength(pulled);
      expect(await changes(release(two.ref, more))).toEqual([]);
    },
  );

  it('that nobody has change nothing', TIMEOUT, async () => {
    const one = await push();
    await stand.applied(release(one.ref));
    const before = stand.containers();
    const absent = release(`${registry.address}/${stand.project}/web:none`);
    expect(await changes(absent)).toEqual([
      'pull image/web',
      'update service/web',
    ]);
    const result = await stand.apply(absent);
    expect(result).toMatchObject({ result: 'refused' });
    expect(stand.containers()).toEqual(before);
    expect(await changes(release(one.ref))).toEqual([]);
  });
});

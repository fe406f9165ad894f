import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';

describe.skipIf(!hasEngine)('a volume that only the image asks for', () => {
  let stand: ComposeStand;
  let image: string;

  beforeEach(async () => {
    stand = await openComposeStand();
    image = (await buildImage(stand.project, 'db', { volume: '/rows' })).ref;
  });

  afterEach(() => stand.close());

  const release = (db: object, more: object = {}) =>
    stand.release({
      'compose.yaml': { services: { db: { image, ...db } }, ...more },
    });

  /** Its plan for the service, as short as can be. */
  const planned = async (...parts: Parameters<typeof release>) => {
    const { changes, exit_code } = await stand.plan(release(...parts));
    const one = changes.find(({ resource }) => resource === 'service/db');
    return { exit_code, destructive: one?.destructive };
  };

  it('empty-data: is kept by a change, and nobody puts another in its place unasked', {
    timeout: 120_000,
  }, async () => {
    await stand.applied(release({}));
    stand.exec('db', 'sh', '-c', 'echo kept >/rows/one');
    await stand.applied(release({ environment: { GENERATION: '2' } }));
    expect(stand.exec('db', 'cat', '/rows/one').trim()).toBe('kept');
    expect(await planned({ environment: { GENERATION: '2' } })).toEqual({
      exit_code: 0,
      destructive: undefined,
    });

    const named = { volumes: { rows: null } };
    for (const [db, more] of [
      [{ volumes: ['rows:/rows'] }, named],
      [{ tmpfs: ['/rows:size=1m'] }, {}],
      [{ scale: 0 }, {}],
    ] as const) {
      const plan = await planned(db, more);
      expect([db, plan]).toEqual([db, { exit_code: 1, destructive: true }]);
    }
  });
});

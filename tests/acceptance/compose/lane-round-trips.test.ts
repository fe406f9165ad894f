import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ComposeLane,
  openComposeLane,
} from '../../support/compose-lane.ts';
import { containersOf, hasEngine } from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';
import type { JobRun } from '../../support/forge-runner.ts';
import { hasSshd } from '../../support/sshd.ts';

let lane: ComposeLane;
let image: string;

/** A module of so many services, in a project of its own. */
const services = (id: string, count: number, greeting = 'hello') => {
  const one = {
    image,
    environment: { GREETING: greeting },
    volumes: ['./www:/www:ro'],
    network_mode: 'none',
  };
  const names = Array.from({ length: count }, (_each, index) => `s${index}`);
  return lane.module(id, {
    compose: {
      services: Object.fromEntries(names.map((name) => [name, one])),
    },
    files: { 'www/index.html': greeting },
    manifest: {
      compose: { project: `${lane.project}-${id}` },
      health: { timeout: '100s', streak: 1, interval: '1s' },
    },
  });
};

const count = (text: string) => lane.sshd.log().split(text).length - 1;

/** Connections of a run, and operations over them. */
async function counted(run: () => Promise<JobRun>) {
  const before = [count('Accepted publickey'), count('Starting session')];
  const done = await run();
  const after = [count('Accepted publickey'), count('Starting session')];
  const [connections, operations] = after.map(
    (each, index) => each - (before[index] ?? 0),
  );
  return { code: done.codes['apply'], connections, operations };
}

describe.skipIf(!hasEngine || !hasSshd)('one connection', () => {
  beforeAll(async () => {
    lane = await openComposeLane({ sshdOptions: ['LogLevel VERBOSE'] });
    image = (await buildImage(lane.project, 'web')).ref;
  });
  afterAll(() => lane?.close());

  it('is enough, for as many operations whatever the number of services', async () => {
    const seen = [];
    for (const [id, number] of [
      ['few', 1],
      ['many', 30],
    ] as const) {
      const first = await counted(() => lane.push(services(id, number)));
      const changed = await counted(() =>
        lane.push(services(id, number, 'hello again')),
      );
      const noop = await counted(() => lane.dispatch({ module: id }));
      expect(containersOf(`${lane.project}-${id}`)).toHaveLength(number);
      seen.push({ first, changed, noop });
    }
    const [few, many] = seen;
    expect(few).toMatchObject({
      first: { code: 'apply/applied', connections: 1 },
      changed: { code: 'apply/applied', connections: 1 },
      noop: { code: 'apply/noop', connections: 1 },
    });
    expect(many).toEqual(few);
    expect(few?.first.operations).toBeGreaterThan(0);
    expect(few?.first.operations).toBeLessThan(5);
  }, 300_000);

  it('is enough for two modules of one push', async () => {
    const both = await counted(() =>
      lane.push({ ...services('one', 1), ...services('two', 1) }),
    );
    expect(both).toMatchObject({ code: 'apply/applied', connections: 1 });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../support/command-line.ts';
import {
  type ComposeLane,
  openComposeLane,
} from '../../support/compose-lane.ts';
import { containersOf, hasEngine } from '../../support/engine.ts';
import { watchEvents } from '../../support/engine-events.ts';
import { buildImage } from '../../support/engine-image.ts';
import { listFolder } from '../../support/host-listing.ts';
import { oneProcessWorkflow } from '../../support/one-process-workflow.ts';
import { hasSshd } from '../../support/sshd.ts';

let lane: ComposeLane;
let image: string;

const web = (greeting: string) =>
  lane.module('web', {
    compose: {
      services: { web: { image, environment: { GREETING: greeting } } },
    },
  });
const listHost = () => listFolder(lane.platform.host, { whole: true });
const count = (text: string) => lane.sshd.log().split(text).length - 1;
const cli = (...args: readonly string[]) =>
  runCommand(
    lane.platform,
    ...args,
    '--ssh-key-file',
    lane.sshd.privateKeyPath,
  );

describe.skipIf(!hasEngine || !hasSshd)('compose on a new host', () => {
  beforeAll(async () => {
    lane = await openComposeLane({
      ...{ policy: { mode: 'observe' }, acknowledged: false },
      workflow: oneProcessWorkflow(),
      sshdOptions: ['LogLevel VERBOSE'],
    });
    image = (await buildImage(lane.project, 'web')).ref;
  });
  afterAll(() => lane?.close());

  it('is left as it is where it is only observed', async () => {
    const before = listHost();
    const events = await watchEvents(lane.project);
    const run = await lane.push(web('hello'));
    expect(run.codes, run.log).toMatchObject({ lane: 'apply/observed' });
    expect(run.log).toContain('create service/web');
    expect(await events.stop()).toEqual([]);
    expect(listHost()).toEqual(before);
  });

  it('is left as it is before a person acknowledges it', async () => {
    const before = listHost();
    const policy = lane.platform.git('show', 'HEAD:.platform/gates.yaml');
    const text = policy.replace('mode: observe', 'mode: apply');
    await lane.push({ '.platform/gates.yaml': `${text}\n` });
    const events = await watchEvents(lane.project);
    const run = await lane.push(web('hi'));
    expect(run.codes, run.log).toMatchObject({
      lane: 'apply/not-acknowledged',
    });
    expect(await events.stop()).toEqual([]);
    expect(listHost()).toEqual(before);
  });

  it('is changed once that is said, in as many operations as ever', async () => {
    const said = await cli('acknowledge', 'demo', '--reason', 'seen enough');
    expect(said.exitCode, said.stdout).toBe(0);
    const counted = async (greeting: string) => {
      const before = [count('Accepted publickey'), count('Starting session')];
      const run = await lane.push(web(greeting));
      expect(run.codes, run.log).toMatchObject({ lane: 'apply/applied' });
      const after = [count('Accepted publickey'), count('Starting session')];
      return after.map((each, index) => each - (before[index] ?? 0));
    };
    const first = await counted('good day');
    expect(containersOf(lane.project)).toHaveLength(1);
    expect(await counted('good night')).toEqual(first);
    expect(first).toEqual([1, 3]);
  });
});

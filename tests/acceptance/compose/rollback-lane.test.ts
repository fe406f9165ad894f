import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ComposeLane,
  openComposeLane,
} from '../../support/compose-lane.ts';
import { containersOf, docker, hasEngine } from '../../support/engine.ts';
import { buildImage, imageId } from '../../support/engine-image.ts';
import { findFreePort } from '../../support/free-port.ts';
import { verifyPlatform } from '../../support/platform-log.ts';
import { hasSshd } from '../../support/sshd.ts';
import { readWorkflowFile } from '../../support/workflow-files.ts';

const workflow = readWorkflowFile('workflows/rollback.yml');
const SERVE = 'cat /built >/srv/built; exec httpd -f -p 80 -h /srv';

let lane: ComposeLane;
let port: number;
let steady: string;

/** Always by the same name, which is built anew for each release. */
const build = async (what: string) =>
  buildImage(lane.project, 'web:latest', { files: { built: what } });

const web = (page: string) =>
  lane.module('web', {
    compose: {
      services: {
        web: {
          image: `${lane.project}/web:latest`,
          command: ['sh', '-c', SERVE],
          stop_signal: 'SIGKILL',
          volumes: ['./www:/srv/www:ro', 'rows:/rows'],
          ports: [`127.0.0.1:${port}:80`],
        },
      },
      volumes: { rows: {} },
    },
    files: { 'www/index.html': page },
    manifest: { compose: { services: ['web'] } },
  });

const neighbour = () =>
  lane.module('neighbour', {
    compose: { services: { third: { image: steady } } },
    manifest: { compose: { services: ['third'] } },
  });

const ask = async (path: string) =>
  (await fetch(`http://127.0.0.1:${port}/${path}`)).text();
const back = (inputs: Readonly<Record<string, string>> = {}) =>
  lane.dispatch(
    { module: 'web', reason: 'the page of this is blank', ...inputs },
    { workflow },
  );
const running = () =>
  containersOf(lane.project).find(({ service }) => service === 'web');
const tip = () => lane.platform.git('rev-parse', 'HEAD');

describe.skipIf(!hasEngine || !hasSshd)('a compose module', () => {
  let first: { readonly sha: string; readonly image: string };
  let second: string;

  beforeAll(async () => {
    lane = await openComposeLane();
    port = await findFreePort();
    steady = (await buildImage(lane.project, 'steady')).ref;
    const one = await build('image one');
    const run = await lane.push({ ...web('page one'), ...neighbour() });
    expect(run.codes, run.log).toMatchObject({ apply: 'apply/applied' });
    first = { sha: tip(), image: one.id };
    docker('exec', `${lane.project}-web-1`, 'sh', '-c', 'echo kept >/rows/a');
    await build('image two');
    await lane.push(web('page two'));
    second = tip();
  });
  afterAll(() => lane?.close());

  it('rollback-latest: comes back with the image that ran before, although its tag moved', async () => {
    expect(await ask('built')).toBe('image two');
    const before = lane.started()[`${lane.project}-third-1`];
    const moved = imageId(`${lane.project}/web:latest`);
    const run = await back();
    expect(run.codes, run.log).toMatchObject({
      bind: 'rollback/target',
      guard: 'plan/drift-allowed',
      apply: 'apply/applied',
    });
    expect(await ask('built')).toBe('image one');
    expect(await ask('www/index.html')).toBe('page one');
    expect(running()?.imageId).toBe(first.image);
    expect(imageId(`${lane.project}/web:latest`)).toBe(moved);
    expect(docker('exec', `${lane.project}-web-1`, 'cat', '/rows/a')).toBe(
      'kept',
    );
    expect(lane.started()[`${lane.project}-third-1`]).toBe(before);
    expect(lane.status('web')).toMatchObject({
      last_apply_sha: first.sha,
      rollback: { from: second },
    });
    expect((await verifyPlatform(lane.platform)).verdict).toBe('consistent');
  });

  it('is held there, and goes on with what its names lead to once a person says so', async () => {
    const pushed = await lane.push(web('page three'));
    expect(pushed.codes).toMatchObject({ apply: 'freeze/frozen' });
    expect(await ask('built')).toBe('image one');
    const on = await lane.dispatch({
      module: 'web',
      despite_freeze: 'the page is repaired',
    });
    expect(on.codes, on.log).toMatchObject({ apply: 'apply/applied' });
    expect(await ask('built')).toBe('image two');
    expect(await ask('www/index.html')).toBe('page three');
  });

  it('is refused where the image is not kept any more, and nothing is touched', async () => {
    const kept = docker(
      'image',
      'ls',
      '--format',
      '{{.Repository}}:{{.Tag}}',
      '--filter',
      'reference=apply-gates/web-images',
    ).split('\n');
    // Other modules of that name may be on this engine.
    const tags = kept.filter((tag) => imageId(tag) === first.image);
    expect(tags).toHaveLength(1);
    docker('rmi', ...tags);
    const before = running();
    const run = await back({ to: first.sha });
    expect(run.codes, run.log).toMatchObject({ plan: 'rollback/image-gone' });
    expect(run.exitCode).toBe(5);
    expect(running()).toEqual(before);
    expect(await ask('built')).toBe('image two');
  });
});

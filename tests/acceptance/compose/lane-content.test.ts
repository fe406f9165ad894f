import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ComposeLane,
  openComposeLane,
} from '../../support/compose-lane.ts';
import { hasEngine } from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';
import { findFreePort } from '../../support/free-port.ts';
import { hasSshd } from '../../support/sshd.ts';

/** Puts what it was started with beside what it mounts, and serves both. */
const SERVE =
  'printf %s "$$GREETING" >/srv/environment; exec httpd -f -p 80 -h /srv';

let lane: ComposeLane;
let image: string;
let port: number;

/** What a release of the module `web` consists of. */
interface Content {
  readonly page: string;
  readonly greeting: string;
  readonly config: string;
  readonly secret: string;
}
const FIRST: Content = {
  page: 'page one',
  greeting: 'hello one',
  config: 'config one',
  secret: 'known to all, one',
};
let content = FIRST;

/** `other` mounts and reads nothing of what changes. */
function web(changes: Partial<Content>) {
  content = { ...content, ...changes };
  return lane.module('web', {
    compose: {
      services: {
        web: {
          image,
          command: ['sh', '-c', SERVE],
          stop_signal: 'SIGKILL',
          env_file: ['./web.env'],
          volumes: ['./www:/srv/www:ro'],
          configs: [{ source: 'page', target: '/srv/config' }],
          secrets: ['known'],
          ports: [`127.0.0.1:${port}:80`],
        },
        other: { image },
      },
      configs: { page: { file: './page.conf' } },
      secrets: { known: { file: './known' } },
    },
    files: {
      'web.env': `GREETING=${content.greeting}\n`,
      'www/index.html': content.page,
      'page.conf': content.config,
      known: content.secret,
    },
    manifest: { compose: { services: ['web', 'other'] } },
  });
}

const neighbour = (version = '1') =>
  lane.module('neighbour', {
    compose: { services: { third: { image } } },
    files: { version },
    manifest: { compose: { services: ['third'] } },
  });

const ask = async (path: string) =>
  (await fetch(`http://127.0.0.1:${port}/${path}`)).text();

describe.skipIf(!hasEngine || !hasSshd)('a stateless compose module', () => {
  beforeAll(async () => {
    lane = await openComposeLane();
    image = (await buildImage(lane.project, 'web')).ref;
    port = await findFreePort();
    const run = await lane.push({ ...web({}), ...neighbour() });
    expect(run.codes).toMatchObject({ apply: 'apply/applied' });
  });
  afterAll(() => lane?.close());

  it('serves what was pushed first', async () => {
    expect(await ask('www/index.html')).toBe('page one');
    expect(await ask('environment')).toBe('hello one');
    expect(await ask('config')).toBe('config one');
  });

  it.each([
    ['a bind-mounted file', 'www/index.html', { page: 'page two' }],
    ['an env_file', 'environment', { greeting: 'hello "two"' }],
    ['a config file', 'config', { config: 'config two' }],
  ] as const)('stale-content: %s takes effect', async (_, path, changes) => {
    const before = lane.started();
    const run = await lane.push(web(changes));
    expect(run.codes).toMatchObject({
      scope: 'scope/eligible',
      stateful: 'stateful/none',
      plan: 'plan/drift',
      guard: 'plan/drift-allowed',
      apply: 'apply/applied',
      report: 'report/complete',
    });
    expect(await ask(path)).toBe(Object.values(changes)[0]);
    const { [`${lane.project}-web-1`]: web1, ...others } = lane.started();
    expect(web1).not.toBe(before[`${lane.project}-web-1`]);
    expect(before).toMatchObject(others);
    expect(Object.keys(others)).toHaveLength(2);
  });

  it('is a noop where it is asked for again, and touches nothing', async () => {
    const before = lane.started();
    const run = await lane.dispatch({ module: 'web' });
    expect(run.codes).toMatchObject({
      plan: 'plan/in-sync',
      apply: 'apply/noop',
    });
    expect(lane.started()).toEqual(before);
    expect(run.log).toContain(
      'plan in-sync · apply noop · health ok · restarts 0',
    );
  });

  it('keeps its containers where only a file changed that nothing mounts', async () => {
    const before = lane.started();
    const run = await lane.push(neighbour('2'));
    expect(run.codes).toMatchObject({ plan: 'plan/in-sync' });
    expect(run.outputs('apply')['failed']).toBe('[]');
    expect(lane.status('neighbour')).toMatchObject({
      last_apply_sha: lane.platform.git('rev-parse', 'HEAD'),
      health: 'healthy',
    });
    expect(lane.started()).toEqual(before);
  });
});

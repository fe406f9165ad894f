import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';

const HEALTH = { timeout: '14s', streak: 3, interval: '2s' };
const sh = (script: string) => ({ command: ['sh', '-c', script] });
const check = (test: string, more: object = {}) => ({
  healthcheck: { test, interval: '1s', timeout: '3s', retries: 1, ...more },
});
/** Three checks pass, two fail, and so on. */
const FLAPS =
  'n=$$(cat /tmp/n || echo 0); echo $$((n + 1)) >/tmp/n; test $$((n % 5)) -lt 3';

const releaseOn = (
  stand: ComposeStand,
  services: object,
  manifest: object = {},
) =>
  stand.release(
    { 'compose.yaml': { services } },
    { manifest: { health: HEALTH, ...manifest } },
  );

describe.skipIf(!hasEngine)('no health', { timeout: 120_000 }, () => {
  // They wait more than they work, each on a stand of its own.
  it.concurrent.each<[string, object, RegExp, string]>([
    [
      'a crash after two seconds',
      sh('echo on its way; sleep 2; exit 4'),
      /web exited with status 4/,
      'on its way',
    ],
    [
      'a restart loop',
      { ...sh('echo again; sleep 1; exit 1'), restart: 'always' },
      /web (is restarting|was started again)/,
      'again',
    ],
    [
      'starting for ever',
      {
        ...sh('echo warming up; exec idle'),
        ...check('false', { start_period: '1h' }),
      },
      /web is starting/,
      'warming up',
    ],
    [
      'a check that fails',
      { ...sh('echo here I am; exec idle'), ...check('false') },
      /web is unhealthy/,
      'here I am',
    ],
    [
      'a check that flaps',
      { ...sh('echo up and down; exec idle'), ...check(FLAPS) },
      /web is (unhealthy|starting)/,
      'up and down',
    ],
    [
      'a service that ends well when it should run',
      sh('echo done; sleep 2'),
      /web exited with status 0; .*compose\.oneshot/,
      'done',
    ],
  ])('health-lies: %s is no health', async (_, service, reason, line) => {
    const stand = await openComposeStand();
    try {
      const services = { web: { image: stand.image, ...service } };
      const result = await stand.apply(releaseOn(stand, services));
      expect(result).toMatchObject({
        result: 'failed',
        health: 'unhealthy',
        finding: { code: 'apply/failed' },
      });
      if (result.result !== 'failed') return;
      expect(result.finding.reason).toMatch(reason);
      expect(result.output).toContain('The last lines of web:');
      expect(result.output).toContain(line);
      expect(stand.containers()).toEqual({});
    } finally {
      await stand.close();
    }
  });
});

describe.skipIf(!hasEngine)('health', { timeout: 120_000 }, () => {
  let stand: ComposeStand;

  beforeEach(async () => {
    stand = await openComposeStand();
  });
  afterEach(() => stand.close());

  const release = (services: object, manifest: object = {}) =>
    releaseOn(stand, services, manifest);

  const web = (service: object) => ({
    web: { image: stand.image, ...service },
  });

  it('health-lies: a one-shot is well when it is listed and ended well', async () => {
    const services = {
      ...web({}),
      setup: { image: stand.image, ...sh('true') },
    };
    const listed = { compose: { oneshot: ['setup'] } };
    await stand.applied(release(services, listed));
    expect(stand.containers()['setup']?.state).toBe('exited');
    const made = release(services, listed);
    expect(await stand.plan(made)).toMatchObject({
      exit_code: 0,
      health: 'healthy',
    });
    const failing = {
      ...web({}),
      setup: { image: stand.image, ...sh('echo no luck; exit 1') },
    };
    const result = await stand.apply(release(failing, listed));
    expect(result).toMatchObject({ result: 'rolled_back', health: 'healthy' });
    expect('finding' in result && result.finding.reason).toContain(
      'setup exited with status 1',
    );
    expect('output' in result && result.output).toContain('no luck');
  });

  it('health-lies: what is in sync and sick is not called well, nor touched', async () => {
    const made = release({
      ...web({ ...check('test ! -e /tmp/sick') }),
      other: { image: stand.image },
    });
    await stand.applied(made);
    stand.exec('web', 'touch', '/tmp/sick');
    while (stand.containers()['web']?.health !== 'unhealthy') await delay(100);
    const plan = await stand.plan(made);
    expect(plan).toMatchObject({ exit_code: 0, health: 'unhealthy' });
    const watch = await watchEvents(stand.project);
    const result = await stand.apply(made, { plan });
    expect(withoutProbes(await watch.stop())).toEqual([]);
    expect(result).toMatchObject({
      result: 'unhealthy',
      finding: { code: 'apply/unhealthy' },
    });
    expect('finding' in result && result.finding.reason).toContain(
      'web is unhealthy',
    );
  });

  it('health-lies: secrets of host files are hidden in the lines that are shown', async () => {
    const secret = 'a-token-nobody-may-see';
    stand.keep('.env', `TOKEN=${secret}\n`);
    // Cut anywhere, a half of it must not be left at the edge.
    const script =
      'n=0; while [ $$n -lt 20 ]; do n=$$((n + 1)); yes $$TOKEN | head -n 60 | tr -d "\\n"; echo; done; echo end; exit 1';
    const made = release(web({ ...sh(script), env_file: ['.env'] }), {
      host_files: ['.env'],
    });
    const result = await stand.apply(made);
    expect(result).toMatchObject({ result: 'failed' });
    const told = JSON.stringify(result);
    expect(told).toContain('end');
    expect(told).toContain('***');
    expect(told).not.toContain(secret);
    expect(told.replaceAll('***', '')).not.toMatch(/token|nobody|see/);
  });
});

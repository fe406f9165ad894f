import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostSession } from '../../../src/host/host-session.ts';
import {
  applyComposeRelease,
  makeComposeRelease,
  planComposeRelease,
} from '../../support/compose-modules.ts';
import {
  containersOf,
  hasEngine,
  removeProject,
  uniqueProject,
} from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';
import { makeHost, type TestHost } from '../../support/host-modules.ts';

describe.skipIf(!hasEngine)('a compose module on a real engine', () => {
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
    removeProject(project);
  });

  const release = (content: string, compose = {}) =>
    makeComposeRelease({
      id: project,
      files: {
        'compose.yaml': JSON.stringify({
          services: {
            web: { image, volumes: ['./www:/www:ro'] },
            other: { image },
          },
          ...compose,
        }),
        'www/index.html': content,
      },
    });

  const started = () =>
    Object.fromEntries(
      containersOf(project).map((each) => [each.service, each.startedAt]),
    );

  const served = () =>
    execFileSync('docker', [
      'exec',
      `${project}-web-1`,
      'cat',
      '/www/index.html',
    ]).toString();

  it('goes from nothing to in sync, and changes only what changed', async () => {
    expect(await planComposeRelease(session, release('one'))).toMatchObject({
      exit_code: 1,
      changes: [
        { resource: 'network/default', action: 'create' },
        { resource: 'service/other', action: 'create' },
        { resource: 'service/web', action: 'create' },
      ],
    });
    const first = await applyComposeRelease(session, release('one'));
    expect(first).toMatchObject({ result: 'applied', health: 'healthy' });
    expect(served()).toBe('one');
    expect(await planComposeRelease(session, release('one'))).toMatchObject({
      exit_code: 0,
      changes: [],
      health: 'healthy',
    });
    const before = started();
    expect(await planComposeRelease(session, release('two'))).toMatchObject({
      exit_code: 1,
      changes: [{ resource: 'service/web', action: 'recreate' }],
    });
    expect(await applyComposeRelease(session, release('two'))).toMatchObject({
      result: 'applied',
    });
    expect(served()).toBe('two');
    expect(started()['other']).toBe(before['other']);
    const running = started();
    expect(await applyComposeRelease(session, release('two'))).toMatchObject({
      result: 'noop',
      health: 'healthy',
      restarts: 0,
    });
    expect(started()).toEqual(running);
  });
});

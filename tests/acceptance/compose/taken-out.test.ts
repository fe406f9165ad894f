import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostSession } from '../../../src/host/host-session.ts';
import {
  applyComposeRelease,
  makeComposeRelease,
  planComposeRelease,
} from '../../support/compose-modules.ts';
import {
  containersOf,
  docker,
  hasEngine,
  removeProject,
  uniqueProject,
} from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';
import { makeHost, type TestHost } from '../../support/host-modules.ts';

describe.skipIf(!hasEngine)('what was taken out of its network', () => {
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

  it('is not in sync although it runs, and is put back', async () => {
    const release = makeComposeRelease({
      id: project,
      files: {
        'compose.yaml': JSON.stringify({
          services: {
            web: { image, networks: ['front', 'back'] },
            other: { image, networks: ['back'] },
          },
          networks: { front: {}, back: { name: `${project}-back` } },
        }),
      },
    });
    await applyComposeRelease(session, release);
    expect(await planComposeRelease(session, release)).toMatchObject({
      exit_code: 0,
    });
    docker('network', 'disconnect', `${project}-back`, `${project}-web-1`);
    const plan = await planComposeRelease(session, release);
    expect(plan.changes).toMatchObject([
      { resource: 'service/web', action: 'recreate', destructive: false },
    ]);
    const [other] = containersOf(project);
    await applyComposeRelease(session, release, { plan });
    const format =
      '{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}';
    expect(
      docker('inspect', '--format', format, `${project}-web-1`).trim(),
    ).toBe(`${project}-back ${project}_front`);
    expect(containersOf(project)[0]).toEqual(other);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ComposeLane,
  type ComposeModule,
  openComposeLane,
} from '../../support/compose-lane.ts';
import { hasEngine } from '../../support/engine.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';
import { buildImage } from '../../support/engine-image.ts';
import { oneProcessWorkflow } from '../../support/one-process-workflow.ts';
import type { Changes } from '../../support/platform.ts';
import { hasSshd } from '../../support/sshd.ts';

let lane: ComposeLane;
let image: string;

/** What a push changes of a module that runs, and the code it ends with. */
interface Case {
  readonly name: string;
  readonly code: string;
  /** Keys of the service that differ. */
  readonly service?: Readonly<Record<string, unknown>>;
  /** Keys of the compose file that differ. */
  readonly file?: Readonly<Record<string, unknown>>;
  readonly manifest?: ComposeModule['manifest'];
  readonly files?: Changes;
  /** Another module that comes with it. */
  readonly other?: () => Changes;
}

function web(changes: Partial<Case> = {}): Changes {
  const service = {
    image,
    volumes: ['./www:/www:ro', 'data:/data'],
    ...changes.service,
  };
  return lane.module('web', {
    compose: {
      services: { web: service },
      volumes: { data: {} },
      ...changes.file,
    },
    files: { 'www/index.html': 'one', ...changes.files },
    manifest: {
      ...changes.manifest,
      compose: { services: ['web'], ...Object(changes.manifest?.['compose']) },
    },
  });
}

const mounting = (source: string) => ({
  service: { volumes: ['./www:/www:ro', 'data:/data', `${source}:/more`] },
});

const included = (reference: unknown): Partial<Case> => ({
  code: 'plan/remote-include',
  file: { include: [reference] },
});

const CASES: readonly Case[] = [
  ...[
    'oci://registry.example/acme/base:1',
    'https://forge.example/acme/base.git',
    'git@forge.example:acme/base.git',
    'github.com/acme/base',
    { path: ['./more.yaml', 'oci://registry.example/acme/base:1'] },
    '../neighbour/compose.yaml',
    '/etc/compose.yaml',
  ].map((reference) => ({
    name: `remote-include: ${JSON.stringify(reference)}`,
    code: '',
    files: { 'more.yaml': 'services: {}\n' },
    ...included(reference),
  })),
  {
    name: 'remote-include: extends of a service in another place',
    code: 'plan/remote-include',
    service: { extends: { file: 'oci://registry.example/x:1', service: 'x' } },
  },
  {
    name: 'host-escape: privileged',
    code: 'plan/host-access',
    service: { privileged: true },
  },
  {
    name: 'host-escape: the processes of the host',
    code: 'plan/host-access',
    service: { pid: 'host' },
  },
  {
    name: 'host-escape: the docker socket',
    code: 'plan/host-access',
    ...mounting('/var/run/docker.sock'),
  },
  {
    name: 'host-escape: the root of the host',
    code: 'plan/sacred',
    ...mounting('/'),
  },
  {
    name: 'host-escape: a sacred path',
    code: 'plan/sacred',
    ...mounting('/srv/sacred/photos'),
  },
  {
    name: 'host-escape: a path that nobody accepted, by a driver of volumes',
    code: 'plan/host-access',
    file: {
      volumes: {
        data: {},
        sly: { driver_opts: { type: 'none', o: 'bind', device: '/etc' } },
      },
    },
    ...mounting('sly'),
  },
  {
    name: 'a relative folder that is neither tracked nor declared',
    code: 'plan/unmanaged-bind',
    ...mounting('./data'),
  },
  {
    name: 'empty-data: a file that should be on the host and is not',
    code: 'plan/host-file-missing',
    service: { env_file: ['.env'] },
    manifest: { host_files: ['.env'] },
  },
  {
    name: 'a variable without a value',
    code: 'plan/unset-variable',
    service: { environment: { GREETING: '${NOBODY_SAID}' } },
  },
  {
    name: 'a service that is built',
    code: 'plan/build-unsupported',
    service: { build: '.' },
    files: { Dockerfile: 'FROM scratch\n' },
  },
  {
    name: 'a service of another module',
    code: 'plan/service-claimed',
    other: () =>
      lane.module('thief', {
        compose: { services: { web: { image } } },
        manifest: { compose: { services: ['web'] } },
      }),
  },
  {
    name: 'volume-redefined: a volume by another definition',
    code: 'plan/destructive',
    file: {
      volumes: { data: { driver_opts: { type: 'tmpfs', device: 'tmpfs' } } },
    },
  },
  {
    name: 'volume-redefined: a volume that data was in and is no longer',
    code: 'plan/destructive',
    service: { volumes: ['./www:/www:ro', 'other:/data'] },
    file: { volumes: { other: {} } },
  },
  {
    name: 'a key that compose does not know',
    code: 'plan/error',
    service: { privileges: 'all' },
  },
  {
    name: 'a key of the manifest that nobody knows',
    code: 'scope/invalid-manifest',
    manifest: { compose: { orphans: 'remove' } },
  },
];

/** Refused before a host is asked, so compose never saw them. */
const NEVER_ASKED: ReadonlySet<string> = new Set([
  'plan/remote-include',
  'plan/unmanaged-bind',
  'plan/build-unsupported',
  'plan/service-claimed',
]);

describe.skipIf(!hasEngine || !hasSshd)('a push that is refused', () => {
  beforeAll(async () => {
    lane = await openComposeLane({
      workflow: oneProcessWorkflow(),
      policy: {
        sacred: { paths: ['/srv/sacred'] },
        allow_host_access: { web: ['/srv/accepted'] },
      },
    });
    image = (await buildImage(lane.project, 'web')).ref;
    const run = await lane.push(web());
    expect(run.codes).toEqual({ lane: 'apply/applied' });
  });
  afterAll(() => lane?.close());

  for (const one of CASES) {
    it(`${one.name}: ${one.code}, and the engine hears nothing`, async () => {
      const host = lane.listHost();
      const logins = lane.sshd.log();
      const events = await watchEvents(lane.project);
      const pushed = { ...web(one), ...one.other?.() };
      const run = await lane.push(pushed);
      const seen = withoutProbes(await events.stop());
      const none = Object.keys(pushed).map((path) => [path, null] as const);
      lane.commit({ ...Object.fromEntries(none), ...web() });
      expect(seen).toEqual([]);
      expect(run.codes).toEqual({ lane: one.code });
      expect(run.status).toBe('failure');
      expect(lane.listHost()).toEqual(host);
      if (NEVER_ASKED.has(one.code)) expect(lane.sshd.log()).toBe(logins);
    });
  }
});

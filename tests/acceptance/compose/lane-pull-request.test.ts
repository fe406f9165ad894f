import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planSchema } from '../../../src/model/plan.ts';
import { bundlePath } from '../../support/action-files.ts';
import {
  type ComposeLane,
  openComposeLane,
} from '../../support/compose-lane.ts';
import { hasEngine } from '../../support/engine.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';
import { buildImage } from '../../support/engine-image.ts';
import { pullRequestEvent } from '../../support/forge-events.ts';
import type { Changes } from '../../support/platform.ts';
import { runBundle } from '../../support/run-bundle.ts';
import { checkOut, makeJob } from '../../support/runner-job.ts';
import { hasSshd } from '../../support/sshd.ts';

let lane: ComposeLane;
let image: string;
let base: string;
let jobs = 0;

const web = (
  page: string,
  service: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
) =>
  lane.module('web', {
    compose: {
      services: {
        web: { image, volumes: ['./www:/www:ro'], ...service },
      },
      ...more,
    },
    files: { 'www/index.html': page },
  });

/** Opens a pull request with these changes, and plans modules for it. */
async function plan(changes: Changes, fork: boolean, modules = ['web']) {
  const { git, remote } = lane.platform;
  git('checkout', '-q', '--detach', base);
  const head = commitAside(changes);
  git('checkout', '-q', 'main');
  git('-C', remote, 'update-ref', 'refs/pull/3/head', head);
  jobs += 1;
  const settings = {
    forge: {
      url: lane.forge.url,
      repository: 'acme/platform',
      token: lane.token,
    },
    event: pullRequestEvent(base, head, { fork }),
    flavour: 'forgejo',
    number: jobs,
    root: join(lane.platform.root, 'pulls', String(jobs)),
    machine: {},
  } as const;
  const job = makeJob(settings);
  await checkOut(settings, job.workspace);
  const inputs = {
    INPUT_MODULES: JSON.stringify(modules),
    'INPUT_SSH-KEY': lane.sshd.privateKey,
    INPUT_TOKEN: lane.token,
  };
  const run = await runBundle({
    bundle: bundlePath('actions/x', '../../dist/module-plan.js'),
    cwd: job.workspace,
    env: { ...job.env, ...inputs },
    folder: join(settings.root, 'commands'),
  });
  const [path = ''] = JSON.parse(run.outputs['plans'] || '[]');
  const made = path && planSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return { code: run.outputs['code'], exit: run.exitCode, head, plan: made };
}

/** Commits beside the default branch, and pushes to a branch of its own. */
function commitAside(changes: Changes): string {
  const { checkout, git } = lane.platform;
  for (const [path, change] of Object.entries(changes)) {
    if (typeof change !== 'string') throw new Error(`${path} is no text`);
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), change);
  }
  git('add', '-A');
  git('commit', '-q', '-m', 'proposed');
  git('push', '-q', '-f', 'origin', 'HEAD:refs/heads/change');
  return git('rev-parse', 'HEAD');
}

/** Whatever happens to it, the host and its engine hear nothing. */
async function untouched<T>(act: () => Promise<T>): Promise<T> {
  const host = lane.listHost();
  const events = await watchEvents(lane.project);
  const result = await act();
  expect(withoutProbes(await events.stop())).toEqual([]);
  expect(lane.listHost()).toEqual(host);
  return result;
}

describe.skipIf(!hasEngine || !hasSshd)('a pull request', () => {
  beforeAll(async () => {
    lane = await openComposeLane();
    image = (await buildImage(lane.project, 'web')).ref;
    const run = await lane.push(web('one'));
    expect(run.codes).toMatchObject({ apply: 'apply/applied' });
    base = lane.platform.git('rev-parse', 'HEAD');
  });
  afterAll(() => lane?.close());

  it.each([false, true])(
    'is planned from its head, on the hosts of its base (fork: %s)',
    async (fork) => {
      const made = await untouched(() => plan(web('two'), fork));
      expect(made).toMatchObject({
        code: 'plan/drift',
        exit: 0,
        plan: {
          source_sha: made.head,
          host: 'demo',
          changes: [{ resource: 'service/web', action: 'recreate' }],
        },
      });
    },
  );

  it('says in sync where it changes nothing that runs', async () => {
    const made = await untouched(() =>
      plan({ 'modules/web/notes.md': 'what is new' }, true),
    );
    expect(made).toMatchObject({
      code: 'plan/in-sync',
      plan: { exit_code: 0, release_update: true },
    });
  });

  it('self-change: gives itself no access by a policy of its own', async () => {
    const policy = lane.platform.git('show', 'HEAD:.platform/gates.yaml');
    const made = await untouched(() =>
      plan(
        {
          ...web('two', { privileged: true }),
          '.platform/gates.yaml': `${policy}\nallow_host_access: {web: [privileged]}\n`,
        },
        true,
      ),
    );
    expect(made.code).toBe('plan/host-access');
  });

  it('ref-as-code: runs nothing that it brings along', async () => {
    const sign = join(lane.platform.root, 'ran');
    const program = `#!/bin/sh\n: >${sign}\n`;
    const made = await untouched(() =>
      plan(
        {
          ...web('two', { env_file: ['./web.env'] }),
          'modules/web/web.env': `A=$(: >${sign})\nB=\`: >${sign}\`\n`,
          'modules/web/run.sh': program,
          '.gitattributes': '* filter=x diff=x\n',
          '.githooks/post-checkout': program,
          '.npmrc': `node-options=--require ./run.sh\n`,
        },
        true,
      ),
    );
    expect(made.code).toBe('plan/drift');
    expect(existsSync(sign)).toBe(false);
  });

  it.each([
    ['a provider', { provider: { type: './run.sh' } }, {}],
    ['a fetched file', {}, { include: ['oci://registry.invalid/x:1'] }],
    ['a build', { build: '.' }, {}],
  ])('is refused before a host is asked: %s', async (_, service, more) => {
    const log = lane.sshd.log();
    const made = await untouched(() => plan(web('two', service, more), true));
    expect(made.plan).toBe('');
    expect(made.code).toMatch(
      /^plan\/(?:host-access|remote-include|build-unsupported)$/,
    );
    expect(lane.sshd.log()).toBe(log);
  });
});

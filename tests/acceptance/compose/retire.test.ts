import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandRun, runCommand } from '../../support/command-line.ts';
import {
  type ComposeLane,
  openComposeLane,
} from '../../support/compose-lane.ts';
import { containersOf, docker, hasEngine } from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';
import { readEntries, verifyPlatform } from '../../support/platform-log.ts';
import { hasSshd } from '../../support/sshd.ts';
import { readWorkflowFile } from '../../support/workflow-files.ts';

const reason = 'replaced by the new one in March';

let lane: ComposeLane;
let image: string;

/** Both in one project, each with a volume of its own. */
const module = (id: string, manifest: object = {}) =>
  lane.module(id, {
    compose: {
      services: { [id]: { image, volumes: [`${id}-rows:/rows`] } },
      volumes: { [`${id}-rows`]: {} },
    },
    manifest: { ...manifest, compose: { services: [id] } },
  });

const removal = (id: string) => ({
  [`modules/${id}/module.yaml`]: null,
  [`modules/${id}/compose.yaml`]: null,
});

function retire(id: string, ...args: readonly string[]): Promise<CommandRun> {
  return runCommand(
    { ...lane.platform, env: { APPLY_GATES_TOKEN: lane.token } },
    ...['retire', id, '--reason', reason, '--json'],
    ...['--ssh-key-file', lane.sshd.privateKeyPath],
    ...args,
  );
}
const codeOf = (run: CommandRun) =>
  Object(Object(run.json())['verdict'])['code'];
const services = () =>
  containersOf(lane.project).map(({ service, state }) => [service, state]);
const kept = (id: string) =>
  docker(
    ...['run', '--rm', '-v', `${lane.project}_${id}-rows:/rows`, image],
    ...['cat', '/rows/a'],
  );
const current = (id: string) =>
  existsSync(join(lane.platform.host, id, 'current'));

describe.skipIf(!hasEngine || !hasSshd)('what a removed module left', () => {
  beforeAll(async () => {
    lane = await openComposeLane();
    image = (await buildImage(lane.project, 'idle')).ref;
    const run = await lane.push({ ...module('web'), ...module('third') });
    expect(run.codes, run.log).toMatchObject({ apply: 'apply/applied' });
    lane.commit(module('db', { stateful: true }));
    const sha = lane.platform.git('rev-parse', 'HEAD');
    const armed = await lane.dispatch(
      { ...lane.armed('db'), sha },
      { workflow: readWorkflowFile('workflows/apply.yml') },
    );
    expect(armed.codes, armed.log).toMatchObject({ apply: 'apply/applied' });
    for (const id of ['web', 'db']) {
      const name = `${lane.project}-${id}-1`;
      docker('exec', name, 'sh', '-c', 'echo kept >/rows/a');
    }
  });
  afterAll(() => lane?.close());

  it('is left alone while the default branch has it', async () => {
    const run = await retire('web', '--confirm', 'retire web');
    expect(run.exitCode, run.stdout).toBe(4);
    expect(codeOf(run)).toBe('retire/still-there');
    expect(current('web')).toBe(true);
  });

  it('is left alone without the line and a reason', async () => {
    const pushed = await lane.push({ ...removal('web'), ...removal('db') });
    expect(pushed.log).toContain('scope/module-removed');
    const before = [lane.listHost(), services()];
    const run = await retire('web', '--confirm', 'yes');
    expect(run.exitCode, run.stdout).toBe(4);
    expect(codeOf(run)).toBe('retire/confirm-mismatch');
    expect(run.stdout).toContain('retire web');
    const hasty = await retire(
      'web',
      '--confirm',
      'retire web',
      '--reason',
      'x',
    );
    expect(codeOf(hasty)).toBe('retire/reason');
    const unknown = await retire('nothing', '--confirm', 'retire nothing');
    expect(codeOf(unknown)).toBe('scope/unknown-module');
    expect([lane.listHost(), services()]).toEqual(before);
  });

  it('is told by a dry run, which stops nothing', async () => {
    const before = [lane.listHost(), services(), readEntries(lane.platform)];
    const run = await retire('web', '--confirm', 'retire web', '--dry-run');
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.json()).toMatchObject({
      verdict: { code: 'retire/looked' },
      containers: [`${lane.project}-web-1`],
    });
    expect([lane.listHost(), services(), readEntries(lane.platform)]).toEqual(
      before,
    );
  });

  it('is stopped; its data and its neighbours stay', async () => {
    const before = lane.started();
    const run = await retire('web', '--confirm', 'retire web');
    expect(run.exitCode, run.stdout).toBe(0);
    const volume = `${lane.project}_web-rows`;
    expect(JSON.stringify(run.json())).toContain(`docker volume rm ${volume}`);
    const { [`${lane.project}-web-1`]: _, ...others } = before;
    expect(lane.started()).toEqual(others);
    expect(kept('web')).toBe('kept');
    expect(current('web')).toBe(false);
    expect(lane.status('web')).toMatchObject({
      last_apply_sha: null,
      retired: { reason, stateful: false },
    });
    const bodies = readEntries(lane.platform).flatMap(({ kind, body }) =>
      body['change'] === 'retire' ? [[kind, body['result']]] : [],
    );
    expect(bodies).toEqual([
      ['intent', undefined],
      ['result', 'retired'],
    ]);
    expect((await verifyPlatform(lane.platform)).verdict).toBe('consistent');
    const told = await runCommand(lane.platform, 'status', 'web');
    expect(told.stdout).toContain('retired');
  });

  it('a second time there is nothing to do, and no push tells of it again', async () => {
    const count = readEntries(lane.platform).length;
    const run = await retire('web', '--confirm', 'retire web');
    expect(run.exitCode, run.stdout).toBe(0);
    expect(readEntries(lane.platform)).toHaveLength(count);
    const pushed = await lane.push({ 'docs/x.md': 'x' });
    const blocked: { module: string }[] = JSON.parse(
      pushed.outputs('scope')['blocked'] ?? '',
    );
    expect(new Set(blocked.map((each) => each.module))).toEqual(
      new Set(['db']),
    );
  });

  it('is stopped and kept where it is stateful, and only under that name', async () => {
    const run = await retire('db', '--confirm', 'retire db');
    expect(codeOf(run)).toBe('retire/confirm-mismatch');
    const named = await retire('db', '--confirm', 'retire stateful db');
    expect(named.exitCode, named.stdout).toBe(0);
    expect(services()).toEqual(
      expect.arrayContaining([
        ['db', 'exited'],
        ['third', 'running'],
      ]),
    );
    expect(kept('db')).toBe('kept');
  });

  it('comes back as the stateful module that it was', async () => {
    const pushed = await lane.push(module('db', { stateful: false }));
    expect(pushed.codes, pushed.log).toMatchObject({
      stateful: 'stateful/blocked',
    });
    expect(pushed.codes).not.toHaveProperty('apply');
    expect(services()).toContainEqual(['db', 'exited']);
  });

  it('is left alone where another module has its services now', async () => {
    lane.commit({
      ...removal('third'),
      ...lane.module('heir', {
        compose: { services: { third: { image } } },
        manifest: { compose: { services: ['third'] } },
      }),
    });
    const before = lane.started();
    const run = await retire('third', '--confirm', 'retire third');
    expect(codeOf(run), run.stdout).toBe('retire/claimed');
    expect(lane.started()).toEqual(before);
  });
});

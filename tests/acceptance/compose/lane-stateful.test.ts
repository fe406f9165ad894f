import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ComposeLane,
  openComposeLane,
} from '../../support/compose-lane.ts';
import {
  containersOf,
  docker,
  enginePath,
  hasEngine,
} from '../../support/engine.ts';
import { hasRedis, redisService } from '../../support/engine-databases.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';
import { buildImage } from '../../support/engine-image.ts';
import type { RunOptions } from '../../support/lane.ts';
import { oneProcessWorkflow } from '../../support/one-process-workflow.ts';
import { hasSshd } from '../../support/sshd.ts';
import { readWorkflowFile } from '../../support/workflow-files.ts';

const NOTHING_TO_DO = 'plan in-sync · apply noop · health ok · restarts 0';

let lane: ComposeLane;
let image: string;
let compose: Readonly<Record<string, unknown>>;
/** Where the database ran before anybody thought of gates. */
let old: string;

const db = (
  notes: string,
  changes: Readonly<Record<string, unknown>> = {},
  backup: object = { class: 'files' },
) =>
  lane.module('db', {
    compose: { ...compose, ...changes },
    files: { 'notes.md': notes },
    manifest: {
      stateful: true,
      backup,
      health: { timeout: '10s', streak: 1, interval: '1s' },
      host_files: ['.env'],
      host_dirs: ['data'],
      compose: { services: ['db'], project_directory: old },
    },
  });

/** The same with a change that compose would make it anew for. */
const drifted = () => {
  const { db: service } = Object(compose['services']);
  return db('drifted', { services: { db: { ...service, tty: true } } });
};

const web = (greeting: string) =>
  lane.module('web', {
    compose: {
      services: { web: { image, environment: { GREETING: greeting } } },
    },
    manifest: { compose: { services: ['web'] } },
  });

const redis = (...args: readonly string[]) =>
  docker('exec', `${lane.project}-db-1`, 'redis-cli', ...args);

/** Everything that would differ if the database had been touched. */
const incarnation = () =>
  containersOf(lane.project)
    .filter(({ service }) => service === 'db')
    .map(({ id, startedAt, restartCount }) => ({
      id,
      startedAt,
      restartCount,
    }));

const armed = (options: RunOptions = {}) =>
  lane.dispatch(lane.armed('db'), options);

/** Its operator starts it, in a folder of its own. */
function startByHand(): void {
  mkdirSync(join(old, 'data'), { recursive: true });
  writeFileSync(join(old, '.env'), `DB_PASSWORD=${lane.project}-password\n`);
  writeFileSync(join(old, 'compose.yaml'), JSON.stringify(compose, null, 2));
  const started = spawnSync(
    enginePath(),
    ['compose', '-p', lane.project, 'up', '-d', '--wait'],
    { cwd: old, encoding: 'utf8' },
  );
  if (started.status !== 0) throw new Error(started.stderr);
}

/** Adopts what runs, with what was seen of it. */
async function adopt() {
  redis('set', 'row-0', 'kept');
  const before = incarnation();
  const events = await watchEvents(lane.project);
  const run = await armed();
  const seen = withoutProbes(await events.stop());
  return { run, before, after: incarnation(), seen };
}

describe.skipIf(!hasEngine || !hasSshd || !hasRedis)('a database', () => {
  let adopted: Awaited<ReturnType<typeof adopt>>;

  beforeAll(async () => {
    lane = await openComposeLane();
    old = join(lane.platform.root, 'old');
    image = (await buildImage(lane.project, 'web')).ref;
    const service = await redisService(lane.project, './data');
    compose = {
      services: {
        db: {
          ...service,
          environment: { REDISCLI_AUTH: '${DB_PASSWORD:-}' },
          healthcheck: { interval: '500ms', retries: 10 },
        },
      },
    };
    startByHand();
    lane.commit({ ...db('one'), ...web('one') });
    adopted = await adopt();
  });
  afterAll(() => lane?.close());

  it('adopt-running: armed, is in sync as it runs, and is taken over untouched', () => {
    const { run, before, after, seen } = adopted;
    expect(run.codes).toMatchObject({
      stateful: 'stateful/armed',
      plan: 'plan/in-sync',
      guard: 'plan/in-sync',
    });
    expect(run.status).toBe('success');
    expect(seen).toEqual([]);
    expect(after).toEqual(before);
    expect(lstatSync(old).isSymbolicLink()).toBe(true);
    expect(redis('get', 'row-0')).toBe('kept');
  });

  it('armed and in sync keeps its containers and start times, and says so', async () => {
    const before = incarnation();
    const events = await watchEvents(lane.project);
    const run = await armed();
    expect(run.codes).toMatchObject({
      stateful: 'stateful/armed',
      guard: 'plan/in-sync',
      apply: 'apply/noop',
    });
    expect(withoutProbes(await events.stop())).toEqual([]);
    expect(incarnation()).toEqual(before);
    expect(run.log).toContain(NOTHING_TO_DO);
  });

  it('keeps its rows and its process through ten releases around it', async () => {
    const before = incarnation();
    // Ten times through every step tells no more than ten times in one process.
    const options = { workflow: oneProcessWorkflow() };
    for (const number of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      redis('set', `row-${number}`, `kept ${number}`);
      if (number % 2 === 0) {
        lane.commit(db(`release ${number}`));
        expect((await armed(options)).status).toBe('success');
        expect(lane.status('db')?.last_apply_sha).toBe(
          lane.platform.git('rev-parse', 'HEAD'),
        );
      } else {
        const run = await lane.push(web(`release ${number}`), options);
        expect(run.codes).toEqual({ lane: 'apply/applied' });
        expect(run.outputs('lane')['applied']).toBe('["web"]');
      }
      expect(incarnation()).toEqual(before);
      expect(redis('get', `row-${number}`)).toBe(`kept ${number}`);
    }
    expect(redis('dbsize')).toBe('11');
  }, 300_000);

  it('is not touched by a push, not even with its neighbour', async () => {
    const before = incarnation();
    const run = await lane.push({ ...drifted(), ...web('pushed along') });
    expect(run.outputs('apply')['applied']).toBe('["web"]');
    expect(run.codes).toMatchObject({ report: 'report/waiting' });
    expect(incarnation()).toEqual(before);
  });

  it('is refused armed where it drifted', async () => {
    lane.commit(drifted());
    const before = incarnation();
    const run = await armed();
    expect(run.exitCode).toBe(5);
    expect(run.codes).toMatchObject({
      stateful: 'stateful/armed',
      guard: 'plan/drift-refused',
    });
    expect(run.codes).not.toHaveProperty('apply');
    expect(incarnation()).toEqual(before);
  });

  it('declares-itself-stateless: is still stateful for that push', async () => {
    lane.commit(db('two'));
    const before = incarnation();
    const path = 'modules/db/module.yaml';
    const text = lane.platform.git('show', `HEAD:${path}`);
    const flipped = text.replace('"stateful": true', '"stateful": false');
    const run = await lane.push({ ...drifted(), [path]: flipped });
    expect(run.outputs('scope')['stateful']).toBe('["db"]');
    expect(run.codes).not.toHaveProperty('apply');
    expect(incarnation()).toEqual(before);
  });

  it('goes the whole way: dry run, backup, receipt, plan, no-op, audit log', async () => {
    lane.commit(db('backed up', {}, { class: 'redis' }));
    const before = incarnation();
    const workflow = readWorkflowFile('workflows/backup.yml');
    const backUp = (dry_run: string) =>
      lane.dispatch({ module: 'db', dry_run }, { workflow });
    const dry = await backUp('true');
    expect(dry.codes).toEqual({ backup: 'backup/ready' });
    expect(dry.outputs('backup')['backup-ref']).toBe('');
    const taken = await backUp('false');
    expect(taken.codes).toEqual({ backup: 'backup/taken' });
    const backup_ref = taken.outputs('backup')['backup-ref'] ?? '';
    const stateful_confirm = taken.outputs('backup')['stateful-confirm'] ?? '';
    const inputs = { module: 'db', allow_stateful: 'true', stateful_confirm };
    const forged = backup_ref.replace(/\.rdb$/, '.tar.gz');
    const without = await lane.dispatch({ ...inputs, backup_ref: forged });
    expect(without.codes).toMatchObject({
      stateful: 'stateful/backup-missing',
    });
    const run = await lane.dispatch({ ...inputs, backup_ref });
    expect(run.codes).toMatchObject({
      stateful: 'stateful/armed',
      guard: 'plan/in-sync',
      apply: 'apply/noop',
    });
    expect(incarnation()).toEqual(before);
    const log = lane.platform.readRemote(
      'platform-state',
      'state/AUDIT_LOG.jsonl',
    );
    expect(log).toContain(`"receipt":"${backup_ref}.receipt.json"`);
    expect(run.log + taken.log).not.toContain(`${lane.project}-password`);
  }, 300_000);

  it('in sync and unhealthy is not fine', async () => {
    lane.commit(db('three'));
    const before = incarnation();
    redis('config', 'set', 'requirepass', 'locked out');
    await expect
      .poll(() => containersOf(lane.project).map(({ health }) => health), {
        timeout: 30_000,
      })
      .toContain('unhealthy');
    const run = await armed();
    expect(run.codes).toMatchObject({
      guard: 'plan/in-sync',
      apply: 'apply/unhealthy',
    });
    expect(run.exitCode).toBe(7);
    expect(run.log).not.toContain(NOTHING_TO_DO);
    expect(incarnation()).toEqual(before);
  });
});

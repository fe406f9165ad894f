import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDoctor } from '../support/doctor-rows.ts';
import { containersOf, docker, hasEngine } from '../support/engine.ts';
import { buildImage } from '../support/engine-image.ts';
import { findFreePort } from '../support/free-port.ts';
import { hasSshd } from '../support/sshd.ts';
import { makeWalkApps } from '../support/walk-apps.ts';
import { openWalkStand, type WalkStand } from '../support/walk-stand.ts';

let stand: WalkStand;
let port: number;
/** What ran before anybody thought of gates, and has to go on. */
let before: readonly string[];
let image: string;

const app = (name: string) => `${stand.project}-${name}`;

const page = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
const setPage = (text: string) => ({
  [`apps/${app('site')}/www/index.html`]: text,
});
const images = () => containersOf(app('site')).map(({ imageId }) => imageId);
const running = () =>
  ['site', 'notes'].flatMap((name) => stand.incarnation(name));
const notesFile = () => `apps/${app('notes')}/compose.yaml`;
const rows = () =>
  docker(
    ...['run', '--rm', '-v', `${app('notes')}_rows:/rows`],
    ...[`${stand.project}/web:1`, 'cat', '/rows/a'],
  );
const dispatch = (name: string) => stand.dispatch({ module: app(name) });
const pass = async (command: string) => {
  const run = await stand.type(command);
  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  return run;
};
const doctor = async () => {
  const found = await stand.type('doctor', '--json');
  return { ...readDoctor(found), told: found.stdout };
};

/** The commands of docs/getting-started.md, in their order. */
describe.skipIf(!hasEngine || !hasSshd)(
  'the whole way, as it is documented',
  { timeout: 240_000 },
  () => {
    beforeAll(async () => {
      port = await findFreePort();
      stand = await openWalkStand((project) => makeWalkApps(project, port));
      stand.startByHand(app('site'));
      stand.startByHand(app('notes'), { '.env': 'NAME=ada\n' });
      docker(
        'exec',
        `${app('notes')}-notes-1`,
        'sh',
        '-c',
        'echo kept >/rows/a',
      );
      before = running();
      expect(before).toHaveLength(2);
      [image = ''] = images();
    });
    afterAll(() => stand?.close());

    it('init writes what is valid, and what it merges observes', async () => {
      await pass('init');
      stand.editPolicy(
        /^( +)user: .*$/m,
        `$&\n$1runtime_root: ${stand.runtimeRoot}`,
      );
      await pass('validate');
      expect((await pass('lint')).stdout).toContain('lint/clean');
      expect((await doctor()).faults('repository')).toEqual([
        'policy/unusable',
      ]);
      const run = await stand.merge();
      expect(run.codes).toMatchObject({ scope: 'scope/no-policy' });
    });

    it('doctor has nothing left once the key and the branch are what it says', async () => {
      const first = await doctor();
      expect(first).toMatchObject({ code: 'doctor/dangerous' });
      expect(first.faults('web1')).toContain('connection/denied');
      expect(first.faults('forge')).toContain('default-protection/none');
      await pass('host install web1 --public-key-file');
      stand.protectBranches();
      const second = await doctor();
      expect(second, second.told).toMatchObject({ code: 'doctor/advice' });
      expect(running()).toEqual(before);
    });

    it('adopt takes over what runs, and the lane only looks', async () => {
      const site = await pass('adopt site');
      expect(site.stdout).toContain('in sync, to be adopted');
      const notes = await pass('adopt notes');
      expect(notes.stdout).toContain(`git rm ${notesFile()}`);
      stand.git('rm', '-q', notesFile());
      await pass('host install web1 --project-directory');
      const run = await stand.merge();
      expect(run.codes, run.log).toMatchObject({
        ...{ guard: 'plan/in-sync', apply: 'apply/observed' },
        report: 'report/waiting',
      });
      expect((await pass('status')).stdout).toContain('mode: observe');
      expect(running()).toEqual(before);
      expect(stand.leftOnHost()).toEqual([]);
    });

    it('is not changed before a person acknowledged the host', async () => {
      stand.editPolicy(/^mode: observe$/m, 'mode: apply');
      const control = await stand.merge();
      expect(control.codes).toMatchObject({ scope: 'scope/control-change' });
      const run = await dispatch('site');
      expect(run.codes).toMatchObject({ apply: 'apply/not-acknowledged' });
      expect(run.log).toContain('apply-gates acknowledge web1');
      await pass('acknowledge');
    });

    it('its first apply takes both over without a restart', async () => {
      const site = await dispatch('site');
      expect(site.codes, site.log).toMatchObject({ apply: 'apply/noop' });
      const blocked = await dispatch('notes');
      expect(blocked.codes).toMatchObject({ scope: 'scope/stateful' });
      const lines = (await pass('backup notes')).stdout.matchAll(
        /^([a-z_]+): '?(.*?)'?$/gm,
      );
      const inputs = Object.fromEntries(
        [...lines].map(([, name, value]) => [name, value ?? '']),
      );
      expect(inputs).toMatchObject({ module: app('notes') });
      const notes = await stand.dispatch(inputs);
      expect(notes.codes, notes.log).toMatchObject({
        ...{ stateful: 'stateful/armed', apply: 'apply/noop' },
      });
      expect(running()).toEqual(before);
    });

    it('what did not run is started, and a merged change is served', async () => {
      const clock = await dispatch('clock');
      expect(clock.codes, clock.log).toMatchObject({ apply: 'apply/applied' });
      expect(containersOf(app('clock'))).toHaveLength(1);
      // What its image is called leads to another one meanwhile.
      const { id } = await buildImage(stand.project, 'web:1');
      const site = await stand.merge(setPage('page two'));
      expect(site.codes, site.log).toMatchObject({ apply: 'apply/applied' });
      expect(await page()).toBe('page two');
      expect(images()).toEqual([id]);
      expect(stand.incarnation('notes')).toEqual(before.slice(1));
    });

    it('goes back, stays there, and goes on when a person says so', async () => {
      await pass('rollback');
      expect(await page()).toBe('page one');
      expect(images()).toEqual([image]);
      const frozen = await stand.merge(setPage('page three'));
      expect(frozen.codes).toMatchObject({ apply: 'freeze/frozen' });
      expect(await page()).toBe('page one');
      await pass('unfreeze');
      const on = await dispatch('site');
      expect(on.codes, on.log).toMatchObject({ apply: 'apply/applied' });
      expect(await page()).toBe('page three');
    });

    it('what is removed is retired, and its data stays', async () => {
      const removed = stand
        .git('ls-files', `modules/${app('notes')}`)
        .split('\n');
      const run = await stand.merge(
        Object.fromEntries(removed.map((path) => [path, null])),
      );
      expect(run.codes, run.log).toMatchObject({ report: 'report/waiting' });
      expect(run.log).toContain(`--confirm 'retire stateful ${app('notes')}'`);
      expect(stand.incarnation('notes')).toEqual(before.slice(1));
      await pass('retire');
      expect(containersOf(app('notes')).map(({ state }) => state)).toEqual([
        'exited',
      ]);
      expect(rows()).toBe('kept');
    });

    it('is on record, and nothing of the way is left to type', async () => {
      const status = await pass('status');
      expect(status.stdout).toMatch(/-notes .*retired/);
      await pass('audit verify');
      expect(await doctor()).toMatchObject({ code: 'doctor/advice' });
      expect(stand.untyped()).toEqual([]);
    });
  },
);

import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type AdoptStand, openAdoptStand } from '../../support/adopt-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { everythingTold } from '../../support/everything-told.ts';
import { listFolder } from '../../support/host-listing.ts';
import { hasSshd } from '../../support/sshd.ts';

const TIMEOUT = { timeout: 180_000 };
const SECRET = 'correct-horse-battery';

describe.skipIf(!hasEngine || !hasSshd)('a project that is adopted', () => {
  let stand: AdoptStand;
  beforeEach(async () => {
    stand = await openAdoptStand();
  });
  afterEach(() => stand?.close());

  const id = () => stand.lane.project;
  const module = (path: string) => `modules/${id()}/${path}`;
  const service = (parts: object = {}) => ({
    image: stand.image,
    stop_grace_period: '1s',
    ...parts,
  });
  const noteIn = (name: string, text: string) => {
    const path = join(stand.lane.platform.root, name);
    writeFileSync(path, text);
    return path;
  };

  it(
    'is merged, applied by a push, and nothing of it is started again',
    TIMEOUT,
    async () => {
      stand.up({
        'compose.yaml': {
          services: {
            web: service({
              env_file: '.env',
              environment: { GREETING: '${GREETING}' },
              volumes: ['./app.conf:/app.conf:ro', './tls.key:/tls.key:ro'],
              secrets: ['word'],
            }),
            job: service({ command: ['true'], restart: 'no' }),
          },
          secrets: { word: { file: './word' } },
        },
        '.env': `GREETING=hello\nAPP_PASSWORD=${SECRET}\n`,
        'app.conf': 'a=b\n',
        'tls.key': SECRET,
        word: SECRET,
        'notes.txt': 'mine',
      });
      const before = stand.incarnation();
      const host = listFolder(stand.old);
      const logins = stand.lane.sshd.log().split('Accepted publickey').length;
      const dry = await stand.adopt('--dry-run', '--json');
      expect(dry.json()).toMatchObject({
        verdict: { decision: 'pass', code: 'draft/dry-run' },
        plan: { exit_code: 0, adopted: true, changes: [] },
        containers: [{ service: 'job' }, { service: 'web' }],
      });
      // All that is asked goes over one connection.
      expect(stand.lane.sshd.log().split('Accepted publickey')).toHaveLength(
        logins + 1,
      );
      const noted = noteIn('before.json', dry.stdout);
      expect(stand.read(module('module.yaml'))).toBeUndefined();
      const drafted = await stand.adopt('--yes');
      expect(drafted.stdout).toContain('draft/written');
      expect(drafted.stdout).toContain('before-apply-gates: notes.txt');
      expect(listFolder(stand.old)).toEqual(host);
      expect(stand.lane.platform.git('status', '--porcelain', '-uall')).toBe(
        ['app.conf', 'compose.yaml', 'module.yaml']
          .map((name) => `?? ${module(name)}`)
          .join('\n'),
      );
      expect(parse(stand.read(module('module.yaml')) ?? '')).toMatchObject({
        stateful: false,
        compose: { oneshot: ['job'], project_directory: stand.old },
        host_files: ['.env', 'tls.key', 'word'],
      });
      const again = await stand.adopt();
      expect(again.stdout).toContain('draft/unchanged');

      const run = await stand.lane.push({});
      expect(run.codes).toMatchObject({ apply: 'apply/noop' });
      expect(stand.lane.status(id())).toMatchObject({ health: 'healthy' });
      expect(lstatSync(stand.old).isSymbolicLink()).toBe(true);
      expect(stand.incarnation()).toEqual(before);
      const checked = await stand.adopt('--check', noted, '--json');
      expect(checked.json()).toMatchObject({
        verdict: { code: 'adopt/unchanged' },
      });
      expect((await stand.adopt()).stdout).toContain('draft/unchanged');
      docker('restart', '-t', '1', `${id()}-web-1`);
      const restarted = await stand.adopt('--check', noted);
      expect(restarted.exitCode).toBe(7);
      expect(restarted.stdout).toContain('adopt/restarted');

      const told = [dry, drafted, again, checked, restarted];
      const objects = stand.lane.platform.git(
        ...['cat-file', '--batch-all-objects', '--batch'],
      );
      for (const text of [
        ...told.map(({ stderr, stdout }) => stdout + stderr),
        everythingTold(run, stand.lane.platform),
        objects,
      ]) {
        expect(text).not.toContain(SECRET);
      }
    },
  );

  it(
    'is stateful where it may hold data, and is adopted by an armed dispatch',
    TIMEOUT,
    async () => {
      stand.up({
        'compose.yaml': {
          services: {
            db: service({ volumes: ['./data:/data'] }),
          },
        },
        'data/row': 'one',
      });
      const before = stand.incarnation();
      const drafted = await stand.adopt('--yes', '--json');
      expect(drafted.json()).toMatchObject({
        verdict: { code: 'draft/written' },
        host_dirs: ['data'],
        next: expect.arrayContaining([`apply-gates backup ${id()}`]),
      });
      expect(parse(stand.read(module('module.yaml')) ?? '')).toMatchObject({
        stateful: true,
        backup: { class: 'files' },
      });
      stand.lane.commit({});
      const run = await stand.lane.dispatch(stand.lane.armed(id()));
      expect(run.codes).toMatchObject({ apply: 'apply/noop' });
      expect(stand.incarnation()).toEqual(before);
      expect(lstatSync(stand.old).isSymbolicLink()).toBe(true);
    },
  );

  it(
    'can be that of several modules, one after the other',
    TIMEOUT,
    async () => {
      stand.up({
        'compose.yaml': {
          services: {
            web: service({ volumes: ['./app.conf:/app.conf:ro'] }),
            worker: service({ environment: { LEVEL: 'info' } }),
          },
        },
        'app.conf': 'a=b',
      });
      const before = stand.incarnation();
      const web = ['--services', 'web', '--id', 'shop-web', '--yes'];
      expect((await stand.adopt(...web)).stdout).toContain('draft/written');
      const unnamed = await stand.adopt('--id', 'shop-worker', '--json');
      expect(unnamed.exitCode).toBe(2);
      expect(unnamed.json()).toMatchObject({
        verdict: { evidence: { input: '--services' } },
      });
      const first = await stand.lane.push({});
      expect(first.codes).toMatchObject({ apply: 'apply/noop' });
      const worker = ['--services', 'worker', '--id', 'shop-worker', '--yes'];
      expect((await stand.adopt(...worker)).stdout).toContain('draft/written');
      expect(
        parse(stand.read('modules/shop-worker/module.yaml') ?? ''),
      ).toEqual(
        expect.objectContaining({
          compose: {
            ...{ file: 'compose.yaml', project: id(), services: ['worker'] },
          },
        }),
      );
      const second = await stand.lane.push({});
      expect(second.codes).toMatchObject({ apply: 'apply/noop' });
      expect(stand.incarnation()).toEqual(before);
    },
  );
});

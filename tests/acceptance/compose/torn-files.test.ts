import {
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';

let stand: ComposeStand;

const release = (edition: string) =>
  stand.release(
    {
      'compose.yaml': {
        services: {
          web: {
            image: stand.image,
            environment: { EDITION: edition, TOKEN: '${TOKEN}' },
            volumes: ['./www:/www:ro'],
          },
        },
      },
      'www/page': edition,
    },
    { manifest: { host_files: ['.env'] } },
  );

const module = (path: string) =>
  join(stand.host.runtimeRoot, stand.project, path);
const served = () => stand.exec('web', 'cat', '/www/page');

describe.skipIf(!hasEngine)(
  'a crash around a rename',
  {
    timeout: 120_000,
  },
  () => {
    beforeEach(async () => {
      stand = await openComposeStand();
      stand.keep('.env', 'TOKEN=not-for-your-eyes\n');
      await stand.applied(release('one'));
    });
    afterEach(() => stand.close());

    it.each([
      ...['model.json', 'model.shown', 'mounted', 'hashes', 'unfinished'],
      '.next',
    ])(
      'crash around rename: a %s is left that was not renamed, and nobody minds',
      async (name) => {
        const half = module(name === '.next' ? name : `${name}.next`);
        writeFileSync(half, 'half of it');
        expect(await stand.plan(release('one'))).toMatchObject({
          exit_code: 0,
        });
        await stand.applied(release('two'));
        expect(served()).toBe('two');
        expect(existsSync(half)).toBe(false);
      },
    );

    it('crash around rename: what containers mount is not known any more: they are made anew, not taken as they are', async () => {
      for (const spoil of [
        () => rmSync(module('mounted')),
        () => truncateSync(module('mounted'), 90),
        () => writeFileSync(module('mounted'), '\0\0\0\0'),
      ]) {
        spoil();
        expect(await stand.plan(release('one'))).toMatchObject({
          changes: [{ resource: 'service/web', action: 'recreate' }],
        });
        await stand.applied(release('one'));
        expect(await stand.plan(release('one'))).toMatchObject({
          exit_code: 0,
        });
      }
    });

    it('crash around rename: what compose hashed is torn, or of another project: it is asked again', async () => {
      const noted = readFileSync(module('hashes'), 'utf8');
      expect(noted).toContain(
        stand.containers()['web']?.labels['com.docker.compose.config-hash'],
      );
      for (const spoiled of [
        noted.slice(0, 30),
        noted.replace(/^web\t./, 'web\t#'),
        noted.replace(/^web\t/, 'other\t'),
        noted.split('\n').slice(1).join('\n'),
      ]) {
        expect(spoiled).not.toBe(noted);
        writeFileSync(module('hashes'), spoiled);
        expect(await stand.plan(release('one'))).toMatchObject({
          exit_code: 0,
        });
      }
    });

    it('crash around rename: the model is of another release than what may be shown of it: nothing is shown', async () => {
      writeFileSync(module('model.shown'), '["name"]\t"x"\n');
      const plan = await stand.plan(release('two'));
      expect(plan.exit_code).toBe(1);
      expect(JSON.stringify(plan)).not.toContain('not-for-your-eyes');
      await stand.applied(release('two'));
    });

    it('keeps the resolved model to itself', () => {
      for (const name of ['model.json', 'model.shown', 'hashes']) {
        expect(statSync(module(name)).mode & 0o777).toBe(0o600);
      }
    });
  },
);

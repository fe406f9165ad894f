import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
  writeFolder,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';

const TIMEOUT = { timeout: 120_000 };

describe.skipIf(!hasEngine)('a project that runs from elsewhere', () => {
  let stand: ComposeStand;
  let old: string;

  beforeEach(async () => {
    stand = await openComposeStand();
    old = join(stand.host.folder, 'old');
  });

  afterEach(() => stand.close());

  const TRACKED = { 'app.conf': 'conf', word: 'open' };

  const upByHand = (compose: object) => {
    writeFolder(old, {
      ...TRACKED,
      'data/row': 'one\n',
      'compose.yaml': compose,
    });
    docker(
      ...['compose', '--project-directory', old, '-p', stand.project],
      ...['-f', join(old, 'compose.yaml'), 'up', '-d'],
    );
  };

  /** The service alone; without project_directory nothing is taken over. */
  const planned = async (compose: object) => {
    mkdirSync(join(stand.host.runtimeRoot, stand.project, 'shared', 'data'), {
      recursive: true,
    });
    const release = stand.release(
      { ...TRACKED, 'compose.yaml': compose },
      { manifest: { host_dirs: ['data'] } },
    );
    const { changes } = await stand.plan(release);
    return changes
      .filter(({ resource }) => resource === 'service/db')
      .map(({ action, destructive }) => `${action}${destructive ? ' !' : ''}`);
  };

  const db = (service: object, parts: object = {}) => ({
    services: { db: { image: stand.image, ...service } },
    ...parts,
  });

  const volume = (name: string) =>
    db({ volumes: [`${name}:/rows`] }, { volumes: { [name]: {} } });

  it.each<[string, () => readonly [object, object], string[]]>([
    [
      'its data would be found in an empty folder',
      () => [
        db({ volumes: ['./data:/rows'] }),
        db({ volumes: ['./data:/rows'] }),
      ],
      ['update !'],
    ],
    [
      'its data would be found nowhere',
      () => [db({ volumes: ['./data:/rows'] }), db({})],
      ['update !'],
    ],
    [
      'its volume would be another one',
      () => [volume('rows'), volume('lines')],
      ['update !'],
    ],
    [
      'only what is tracked comes from elsewhere',
      () => {
        const same = db(
          {
            volumes: ['./app.conf:/app.conf:ro', '/rows'],
            secrets: ['word', { source: 'word', target: '/word' }],
            configs: ['app', { source: 'app', target: '/etc/app' }],
          },
          {
            secrets: { word: { file: './word' } },
            configs: { app: { file: './app.conf' } },
          },
        );
        return [same, same];
      },
      ['update'],
    ],
    ['its volume is the same', () => [volume('rows'), volume('rows')], []],
  ])('empty-data: %s', TIMEOUT, async (_, compose, changes) => {
    const [before, after] = compose();
    upByHand(before);
    expect(await planned(after)).toEqual(changes);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';

const TIMEOUT = { timeout: 120_000 };

describe.skipIf(!hasEngine)('tracked files that others lead to', () => {
  let stand: ComposeStand;

  beforeEach(async () => {
    stand = await openComposeStand();
  });

  afterEach(() => stand.close());

  /** One service is included, another one extends what is elsewhere. */
  const release = (content: string) => {
    const { image } = stand;
    return stand.release({
      'compose.yaml': {
        include: ['parts/db.yaml'],
        services: {
          web: { extends: { file: 'common/base.yaml', service: 'base' } },
          other: { image },
        },
      },
      'parts/db.yaml': {
        services: {
          db: {
            ...{ image, volumes: ['./conf:/conf:ro'], env_file: 'db.env' },
            configs: [{ source: 'app', target: '/app' }],
          },
        },
        configs: { app: { file: './app.conf' } },
      },
      'parts/conf/page': content,
      'parts/app.conf': content,
      'parts/db.env': 'WORD=included\n',
      'common/base.yaml': {
        services: {
          base: {
            ...{ image, volumes: ['./www:/www:ro'], env_file: 'web.env' },
          },
        },
      },
      'common/www/page': content,
      'common/web.env': 'WORD=extended\n',
    });
  };

  it(
    'are read from their own folders, and their content counts',
    TIMEOUT,
    async () => {
      await stand.applied(release('one'));
      const read = (service: string, ...paths: readonly string[]) =>
        stand.exec(
          service,
          'sh',
          '-c',
          `cat ${paths.join(' ')}; echo " $WORD"`,
        );
      expect(read('db', '/conf/page', '/app')).toBe('oneone included');
      expect(read('web', '/www/page')).toBe('one extended');
      const before = stand.started();
      expect((await stand.plan(release('one'))).changes).toEqual([]);
      expect((await stand.plan(release('two'))).changes).toMatchObject([
        { resource: 'service/db', action: 'recreate' },
        { resource: 'service/web', action: 'recreate' },
      ]);
      await stand.applied(release('two'));
      expect(read('db', '/conf/page', '/app')).toBe('twotwo included');
      expect(read('web', '/www/page')).toBe('two extended');
      expect(stand.started()['other']).toBe(before['other']);
    },
  );
});

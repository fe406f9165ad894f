import { describe, expect, it } from 'vitest';
import { manifestSchema } from '../model/manifest.ts';
import { checkSettings } from './check-settings.ts';

const checked = (backup: object) =>
  checkSettings(
    manifestSchema.parse({
      schema: 1,
      id: 'forge',
      stateful: true,
      host: 'one',
      driver: 'compose',
      compose: {},
      backup,
    }),
  )?.code;

describe('the settings of class forgejo', () => {
  it.each([
    ['a file', { database_file: 'gitea/gitea.db' }],
    ['a service', { database_service: 'db', database: 'forgejo', user: 'f' }],
  ])('take a database that is %s', (_, backup) => {
    expect(checked({ class: 'forgejo', ...backup })).toBeUndefined();
  });

  it.each([
    ['no database', {}],
    ['two', { database_file: 'gitea.db', database_service: 'db' }],
    ['a user of a file', { database_file: 'gitea.db', user: 'forgejo' }],
    [
      'volumes and paths',
      { database_service: 'db', volumes: ['a'], paths: ['b'] },
    ],
  ])('refuse %s', (_, backup) => {
    const code = checked({ class: 'forgejo', ...backup });
    expect(code).toBe('backup/not-configured');
  });

  it('are no settings of another class', () => {
    const code = checked({ class: 'volume', repositories: 'git' });
    expect(code).toBe('backup/not-configured');
  });
});

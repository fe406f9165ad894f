import { describe, expect, it, test } from 'vitest';
import { findInlineCredentials } from './inline-credentials.ts';

describe('what looks like a credential in a compose file', () => {
  test.each([
    'POSTGRES_PASSWORD: hunter2',
    'POSTGRES_PASSWORD: "${PREFIX}hunter2"',
    'POSTGRES_PASSWORD: ${DB_PASSWORD:-hunter2}',
    '- API_TOKEN=abcdef',
    'DATABASE_URL: postgres://app:hunter2@db/app',
    'DATABASE_URL: postgres://app:${A}hunter2@db/app',
    `command: ["--token", "ghp_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7'}aB3dE6gH9"]`,
  ])('%s', (line) => {
    expect(findInlineCredentials(`services:\n  ${line}\n`)).toEqual([2]);
  });

  test.each([
    'POSTGRES_PASSWORD: ${DB_PASSWORD}',
    'POSTGRES_PASSWORD: "${DB_PASSWORD:?give one}"',
    '{POSTGRES_PASSWORD: $DB_PASSWORD}',
    '- API_TOKEN=${TOKEN:-}',
    'API_TOKEN: ${TOKEN:?give one}',
    'API_TOKEN: ""',
    '"POSTGRES_PASSWORD=${DB_PASSWORD}",',
    'POSTGRES_PASSWORD_FILE: /run/secrets/db',
    'DB_SECRET: /run/secrets/db',
    'DATABASE_URL: postgres://app:${DB_PASSWORD}@db/app',
    'secrets: [db_password]',
    'secrets:\n  db_password:\n    file: ./password',
  ])('not %j', (line) => {
    expect(findInlineCredentials(`services:\n  ${line}\n`)).toEqual([]);
  });

  it('is told once a line, in their order', () => {
    const text = 'a: 1\nTOKEN: abcdef PASSWORD=abcdef\nb: 2\nTOKEN: abcdef\n';
    expect(findInlineCredentials(text)).toEqual([2, 4]);
  });
});

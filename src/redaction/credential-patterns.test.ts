import { describe, expect, it, test } from 'vitest';
import { findCredentials, isSecretName } from './credential-patterns.ts';
import { redactJson, redactOutput } from './redact-json.ts';
import { makeRedactor } from './redactor.ts';

const redactor = makeRedactor([]);
const LETTERS = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7';

describe('findCredentials', () => {
  // Put together here, so that no scanner takes this file for a leak.
  test.each([
    ['GitHub token', `ghp_${LETTERS}aB3dE6gH9`],
    ['fine-grained GitHub token', `github_pat_${LETTERS}_${LETTERS}`],
    ['GitLab token', `glpat-${LETTERS.slice(0, 20)}`],
    ['AWS key id', `AKIA${'ABCD1234'.repeat(2)}`],
    ['Google key', `AIza${LETTERS}${LETTERS.slice(0, 8)}`],
    ['npm token', `npm_${LETTERS}${LETTERS.slice(0, 9)}`],
    ['Slack token', `xoxb-1234567890-${LETTERS}`],
    ['Stripe key', `sk_live_${LETTERS}`],
    ['Tailscale key', `tskey-auth-${LETTERS}`],
    ['age key', `AGE-SECRET-KEY-1${'Q'.repeat(58)}`],
    ['web token', `eyJ${LETTERS}.eyJ${LETTERS}.${LETTERS}`],
  ])('%s', (_name, token) => {
    expect(redactor.redact(`x=1 ${token}, y`)).toBe('x=1 ***, y');
    expect(redactor.redact(`"${token}"`)).toBe('"***"');
  });

  test.each([
    ['Authorization: token abcdef0123', 'Authorization: ***'],
    ['{"authorization":"Basic dXNlcg"}', '{"authorization":"***"}'],
    ['curl -H "PRIVATE-TOKEN: abc" x', 'curl -H "PRIVATE-TOKEN: ***" x'],
    ['sent Bearer abcDEF012345 to it', 'sent Bearer *** to it'],
    ['https://user:p%40ss@host/x', 'https://***@host/x'],
    ['postgres://u:pa@ss:w@db:5432/x', 'postgres://***@db:5432/x'],
    ['https://0123456789abcdef@host/x', 'https://***@host/x'],
    ['POSTGRES_PASSWORD=hunter2', 'POSTGRES_PASSWORD=***'],
    ['DB_PWD="two words" next', 'DB_PWD=*** next'],
    ["API_KEY='a\"b' next", 'API_KEY=*** next'],
    ['password: hunter2', 'password: ***'],
    ['password: false-start', 'password: ***'],
    ['password=true,story', 'password=***'],
    ['password: "false"', 'password: ***'],
    ['{\\"secret\\":\\"a b\\",\\"x\\":1}', '{\\"secret\\":***,\\"x\\":1}'],
    ['SECRET_KEY_BASE=abc,def;ghi', 'SECRET_KEY_BASE=***'],
    ['token = "unclosed value', 'token = ***'],
    ['mysql --password hunter2 db', 'mysql --password *** db'],
    ['x -----BEGIN PRIVATE KEY-----\nabc', 'x ***'],
    ['a.blob?sv=1&sig=abcdefgh%3D&x=1', 'a.blob?sv=1&sig=***&x=1'],
  ])('%j', (text, expected) => {
    expect(redactor.redact(text)).toBe(expected);
  });

  test.each([
    `commit ${'0123456789abcdef0123'.repeat(2)}`,
    'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    'ssh://git@forge.example/owner/name.git',
    'https://forge.example/a/@scope/b',
    'PWD=/opt/app OLDPWD=/root',
    'author: Jane, tokens: 5, authority: none',
    'approval/token-missing: there is none',
    'global-agent-settings-enabled-everywhere',
    'POSTGRES_PASSWORD_FILE=/run/secrets/db',
    'with: { persist-credentials: false }',
    '{"secret":null,"token":true}',
    'basic configuration of the module',
    'apply uptime-kuma 0123456',
  ])('leaves %j', (text) => {
    expect(redactor.redact(text)).toBe(text);
  });

  it('is not slow on text made to be', () => {
    const texts = [
      'password='.repeat(20_000),
      `${'a'.repeat(100_000)}://`,
      '-----BEGIN PRIVATE KEY-----'.repeat(5_000),
      'eyJ'.repeat(60_000),
      `https://${'a:'.repeat(60_000)}`,
      `token="${'\\"'.repeat(60_000)}`,
      `--${'a-'.repeat(60_000)}`,
      `authorization${'\\'.repeat(60_000)}`,
    ];
    for (const text of texts) findCredentials(text);
  });
});

describe('redactJson', () => {
  it('redacts keys, values, and whatever stands under a secret name', () => {
    const known = makeRedactor(['s3cr3t']);
    const value = {
      password: 'x',
      nested: [{ apiKey: 'y', port: 1, 's3cr3t key': 's3cr3t' }],
      token: '',
    };
    expect(redactJson(value, known)).toEqual({
      password: '***',
      nested: [{ apiKey: '***', port: 1, '*** key': '***' }],
      token: '',
    });
  });

  it('keeps JSON JSON, and other text text', () => {
    expect(redactOutput('["a","token=abcd"]', redactor)).toBe(
      '["a","token=***"]',
    );
    expect(redactOutput('[token=abcd', redactor)).toBe('[token=***');
  });

  it('ends on a value without end', () => {
    const endless: Record<string, unknown> = {};
    endless['again'] = endless;
    expect(() => redactJson(endless, redactor)).not.toThrow();
  });

  test.each([
    ['POSTGRES_PASSWORD', true],
    ['apiKey', true],
    ['digest', false],
    ['tokens', false],
    ['module', false],
  ])('%s is a secret name: %s', (name, expected) => {
    expect(isSecretName(name)).toBe(expected);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemExec } from '../exec.ts';
import { findKeyTrouble } from './session-key.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'apply-gates-key-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function makeKey(name: string, passphrase: string, ...form: string[]): string {
  const path = join(folder, name);
  const args = ['-q', '-t', 'rsa', ...form, '-N', passphrase, '-f', path];
  execFileSync('ssh-keygen', args);
  return path;
}

it.each(['RFC4716', 'PEM', 'PKCS8'])(
  'sees a passphrase in %s',
  async (form) => {
    const locked = makeKey(`locked-${form}`, 'passphrase', '-m', form);
    expect(await findKeyTrouble(systemExec, locked)).toBe('passphrase');
    const open = makeKey(`open-${form}`, '', '-m', form);
    expect(await findKeyTrouble(systemExec, open)).toBeUndefined();
  },
);

it.each<[string, (key: string) => string]>([
  ['without its last lines', (key) => key.slice(0, 500)],
  ['on one line', (key) => key.replaceAll('\n', ' ')],
  ['with \\n in words', (key) => key.replaceAll('\n', '\\n')],
  ['that is none', () => 'no key\n'],
])('sees a key %s', async (what, garble) => {
  const path = join(folder, 'garbled');
  const whole = readFileSync(makeKey(what.replace(/\W/g, '-'), ''), 'utf8');
  writeFileSync(path, garble(whole), { mode: 0o600 });
  expect(await findKeyTrouble(systemExec, path)).toBe('unreadable');
});

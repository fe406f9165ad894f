import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { fitOutput, unfitInput } from './job-output.ts';

const root = mkdtempSync(join(tmpdir(), 'apply-gates-output-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folder = () => root;
const outputs = join(root, 'outputs');
const long = 'ä'.repeat(24 * 1024 + 1);

function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

describe('fitOutput and unfitInput', () => {
  it('leave a value of 48 KiB as it is', () => {
    const value = 'ä'.repeat(24 * 1024);
    expect(fitOutput(folder, 'plans', value)).toBe(value);
    expect(unfitInput(folder, value)).toBe(value);
  });

  it('take a longer one through a file', () => {
    const named = fitOutput(folder, 'plans', long);
    expect(named).toBe(`@${join(outputs, `plans-${digestOf(long)}`)}`);
    expect(unfitInput(folder, named)).toBe(long);
  });

  test.each([
    ['a file elsewhere', () => '/etc/passwd'],
    ['a way out of the folder', () => `${outputs}/../own-${digestOf('own')}`],
    ['a folder below', () => `${outputs}/below/own-${digestOf('own')}`],
    ['a missing file', () => `${outputs}/own-${digestOf('missing')}`],
    ['content that was changed', () => `${outputs}/own-${digestOf('other')}`],
    [
      'a link',
      () => `${outputs}/link-${digestOf(readFileSync('/etc/passwd', 'utf8'))}`,
    ],
    ['a folder', () => `${outputs}/folder-${digestOf('')}`],
    ['nothing', () => ''],
  ])('read no other file: %s', (_name, path) => {
    mkdirSync(join(outputs, 'below'), { recursive: true });
    mkdirSync(join(outputs, `folder-${digestOf('')}`), { recursive: true });
    for (const place of ['..', 'below']) {
      writeFileSync(join(outputs, place, `own-${digestOf('own')}`), 'own');
    }
    writeFileSync(join(outputs, `own-${digestOf('other')}`), 'changed');
    const link = path();
    if (link.includes('/link-')) symlinkSync('/etc/passwd', link);
    expect(unfitInput(folder, `@${path()}`)).toBe(`@${path()}`);
  });
});

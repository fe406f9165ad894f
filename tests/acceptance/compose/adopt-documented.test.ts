import { describe, expect, it } from 'vitest';
import { ADOPT_REASONS } from '../../../src/model/reason-codes/adopt.ts';
import { isReasonCode } from '../../../src/model/reason-codes.ts';
import { runCommand } from '../../support/command-line.ts';
import { readRepositoryFile } from '../../support/repository-files.ts';

const page = String(readRepositoryFile('docs/adopt.md'));

/** Each command of the page, without comments and where its output goes. */
const commands = page
  .split('\n')
  .flatMap((line) => line.match(/^apply-gates [^#>]+/) ?? [])
  .map((line) => line.trim());

describe('docs/adopt.md', () => {
  it('names commands', () => {
    expect(commands.length).toBeGreaterThan(7);
  });

  it.each([...new Set(commands)])('%s is one', async (command) => {
    const [, ...words] = command.split(/\s+/);
    if (words[0] === 'backup') words.splice(1, 0, 'take');
    const options = words.filter((word) => word.startsWith('--'));
    const run = await runCommand({ checkout: '.' }, ...words, '--help');
    expect(run.exitCode).toBe(0);
    const known = run.stdout.match(/--[a-z-]+/g);
    expect(known).toEqual(expect.arrayContaining(options));
  });

  it('explains every code of its own, and no other', () => {
    const told = page.match(/(?<=`)[a-z]+\/[a-z-]+(?=`)/g) ?? [];
    expect(told).toEqual(expect.arrayContaining(Object.keys(ADOPT_REASONS)));
    expect(told.filter((code) => !isReasonCode(code))).toEqual([]);
  });
});

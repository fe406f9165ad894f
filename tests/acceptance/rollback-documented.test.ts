import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { readRepositoryFile } from '../support/repository-files.ts';

const PAGE = String(readRepositoryFile('docs/rollback.md'));

/** Each command of the page, without what stands for something. */
const commands = PAGE.split('\n')
  .flatMap((line) => line.match(/(?<=^|`)apply-gates [^`#]+/g) ?? [])
  .map((line) => line.trim());

const help = async (...words: readonly string[]) => {
  const run = await runCommand({ checkout: '.' }, ...words, '--help');
  expect(run.exitCode).toBe(0);
  return run.stdout.match(/--[a-z-]+/g);
};

describe('docs/rollback.md', () => {
  it('names commands', () => {
    expect(commands.length).toBeGreaterThan(5);
  });

  it.each([...new Set(commands)])('%s is one', async (command) => {
    const [, ...words] = command.split(/\s+/);
    const options = words.filter((word) => word.startsWith('--'));
    const verb = words.slice(0, words[0] === 'audit' ? 2 : 1);
    expect(await help(...verb)).toEqual(expect.arrayContaining(options));
  });

  it('names options that one of the two has', async () => {
    const known = [
      ...((await help('rollback')) ?? []),
      ...((await help('retire')) ?? []),
    ];
    const named = [...PAGE.matchAll(/`(--[a-z-]+)/g)].map(
      ([, option]) => option,
    );
    expect(named.length).toBeGreaterThan(5);
    expect(known).toEqual(expect.arrayContaining(named));
  });
});

import { describe, expect, it } from 'vitest';
import { runCommand } from '../../support/command-line.ts';
import { readRepositoryFile } from '../../support/repository-files.ts';

const VERBS = ['take', 'list', 'verify', 'adopt'];

/** Each command of the page, without what stands for something or comments. */
const commands = String(readRepositoryFile('docs/stateful.md'))
  .split('\n')
  .flatMap((line) => line.match(/(?<=^|`)apply-gates [^`#]+/g) ?? [])
  .map((line) => line.trim());

describe('docs/stateful.md', () => {
  it('names commands', () => {
    expect(commands.length).toBeGreaterThan(7);
  });

  it.each([...new Set(commands)])('%s is one', async (command) => {
    const [, ...words] = command.replaceAll(/[[\]]/g, '').split(/\s+/);
    // To take one is what is meant where nothing else is said.
    if (!VERBS.includes(words[1] ?? '')) words.splice(1, 0, 'take');
    const options = words.filter((word) => word.startsWith('--'));
    const run = await runCommand({ checkout: '.' }, ...words, '--help');
    expect(run.exitCode).toBe(0);
    const known = run.stdout.match(/--[a-z-]+/g);
    expect(known).toEqual(expect.arrayContaining(options));
  });
});

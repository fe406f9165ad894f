import { describe, expect, it } from 'vitest';
import { runCommand } from '../../support/command-line.ts';
import { readRepositoryFile } from '../../support/repository-files.ts';

/** Each command of the page as it is pasted, without comments. */
const commands = readRepositoryFile('docs/getting-started.md')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .flatMap((line) => line.match(/(?<=^|`)apply-gates [^`#]+/g) ?? [])
  .map((line) => line.trim());

const wordsOf = (command: string) => command.split(/\s+/).slice(1);

/** The words of a command before its arguments. */
function nameOf([verb = '', second = '']: readonly string[]): string[] {
  if (verb === 'backup') return [verb, 'take'];
  return ['host', 'audit'].includes(verb) ? [verb, second] : [verb];
}

describe('docs/getting-started.md', () => {
  it('names the steps in their order', () => {
    const names = [...new Set(commands.map((each) => wordsOf(each)[0]))];
    expect(names).toEqual([
      ...['init', 'validate', 'lint', 'host', 'doctor', 'scope', 'status'],
      ...['adopt', 'acknowledge', 'backup', 'rollback', 'unfreeze', 'retire'],
      'audit',
    ]);
  });

  it.each([...new Set(commands)])('%s is one', async (command) => {
    const words = wordsOf(command);
    const options = words.filter((word) => word.startsWith('--'));
    const name = nameOf(words);
    const run = await runCommand({ checkout: '.' }, ...name, '--help');
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain(`apply-gates ${name.join(' ')} `);
    const known = run.stdout.match(/--[a-z-]+/g);
    expect(known).toEqual(expect.arrayContaining(options));
  });

  it('names options of init that there are', async () => {
    const run = await runCommand({ checkout: '.' }, 'init', '--help');
    const page = readRepositoryFile('docs/getting-started.md');
    const named = page.match(/(?<=`)--[a-z-]+/g) ?? [];
    expect(named.length).toBeGreaterThan(8);
    expect(run.stdout.match(/--[a-z-]+/g)).toEqual(
      expect.arrayContaining(named),
    );
  });
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import {
  findFault,
  listDocumentedCommands,
} from '../support/documented-commands.ts';
import {
  listRepositoryFiles,
  readRepositoryFile,
  repositoryRoot,
} from '../support/repository-files.ts';

const commands = listDocumentedCommands();

describe('a command of a page', () => {
  it.each(commands.map((each) => [each.file, each.text, each] as const))(
    '%s: %s',
    async (_file, _text, each) => {
      expect(await findFault(each)).toBeUndefined();
    },
  );

  it('is looked for in every page that has some', () => {
    const files = new Set(commands.map(({ file }) => file));
    expect([...files]).toEqual(
      expect.arrayContaining([
        'README.md',
        'docs/configuration.md',
        'docs/operations.md',
        'docs/security.md',
        'docs/state.md',
        'docs/stateful.md',
      ]),
    );
    // No page has a line with one that is not found.
    const missed = [...files].filter((file) => {
      const written = readRepositoryFile(file).match(/^apply-gates [a-z]/gm);
      const found = commands.filter((each) => each.file === file);
      return (written?.length ?? 0) > 0 && found.length === 0;
    });
    expect(missed).toEqual([]);
    expect(commands.length).toBeGreaterThan(60);
  });

  it.each([
    ['apply-gates statu', 'commander.unknownCommand'],
    ['apply-gates status --since 1d', 'commander.unknownOption'],
    ['apply-gates apply wiki', 'commander.missingMandatoryOptionValue'],
    ['apply-gates plan', 'commander.missingArgument'],
    ['apply-gates scope --event puls', 'commander.invalidArgument'],
    ['apply-gates host instal web1', 'commander.unknownCommand'],
  ])('%s would be found: %s', async (text, code) => {
    expect(await findFault({ text, inline: false })).toContain(code);
  });

  it('of a sentence may be half, and not wrong', async () => {
    const say = (text: string) => findFault({ text, inline: true });
    expect(await say('apply-gates host …')).toBeUndefined();
    expect(await say('apply-gates unfreeze …')).toBeUndefined();
    expect(await say('apply-gates unfreez …')).toBeDefined();
    expect(await say('apply-gates status --since')).toBeDefined();
  });
});

describe('a script of this repository that a page names', () => {
  const pages = listRepositoryFiles('*.md', 'docs', 'tests/README.md')
    .filter((path) => path.endsWith('.md'))
    .map((path) => [path, readRepositoryFile(path)] as const);
  const named = (pattern: RegExp) =>
    pages.flatMap(([path, text]) =>
      [...text.matchAll(pattern)].map(([, name = '']) => [path, name] as const),
    );

  it.each(named(/npm run ([a-z-]+)/g))('%s: npm run %s', (_path, name) => {
    expect(Object.keys(packageJson.scripts)).toContain(name);
  });

  it.each(named(/npx (?:tsx|vitest run) ([a-z][\w./-]+)/g))(
    '%s: %s',
    (_path, name) => {
      expect(existsSync(join(repositoryRoot, name))).toBe(true);
    },
  );
});

import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  listRepositoryFiles,
  readRepositoryFile,
  repositoryRoot,
} from '../support/repository-files.ts';

const files = listRepositoryFiles().filter(
  (path) =>
    !path.startsWith('dist/') &&
    !path.startsWith('tests/fixtures/') &&
    statSync(join(repositoryRoot, path)).isFile(),
);
const sources = files.filter(
  (path) => path.startsWith('src/') && path.endsWith('.ts'),
);
const lineCount = (path: string) => readRepositoryFile(path).split('\n').length;

/** Written in parts, so that this file does not hold what it looks for. */
const REGISTRIES = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['npm', 'pkg', 'github', 'com'],
  ['docker', 'io'],
  ['ghcr', 'io'],
  ['quay', 'io'],
].map((parts) => parts.join('.'));

describe('what the repository must not say', () => {
  // The lock file names where npm took each package from.
  const texts = files.filter((path) => path !== 'package-lock.json');

  it('names no host of a registry', () => {
    const naming = texts.filter((path) =>
      REGISTRIES.some((host) => readRepositoryFile(path).includes(host)),
    );
    expect(naming).toEqual([]);
  });

  it('names no path of the machine it was written on', () => {
    const machine = new RegExp(
      `(?:^|[\\s"'\`(=])/(?:${['work', 'root', 'home'].join('|')})/`,
      'm',
    );
    const naming = texts.filter((path) =>
      machine.test(readRepositoryFile(path)),
    );
    expect(naming).toEqual([]);
  });

  it('names no temporary folder in documents', () => {
    const documents = texts.filter((path) => path.endsWith('.md'));
    const naming = documents.filter((path) =>
      /(?:^|[\s"'`(=])\/tmp\//m.test(readRepositoryFile(path)),
    );
    expect(naming).toEqual([]);
  });
});

describe('sizes that stay readable', () => {
  it('AGENTS.md is read at one glance', () => {
    expect(lineCount('AGENTS.md')).toBeLessThan(80);
  });

  it('a module is split before it has 300 lines', () => {
    const modules = sources.filter(
      (path) =>
        !path.endsWith('.test.ts') &&
        !readRepositoryFile(path).startsWith('// Generated'),
    );
    expect(modules.filter((path) => lineCount(path) > 300)).toEqual([]);
  });

  it('an entry of an action has at most 10 lines', () => {
    const entries = sources.filter((path) =>
      /^src\/actions\/.*\/main\.ts$/.test(path),
    );
    expect(entries.filter((path) => lineCount(path) > 11)).toEqual([]);
  });
});

describe('names', () => {
  const forbidden =
    /^(?:utils?|helpers?|common|misc|functions|manager|data|handle|index)$/;

  it('are kebab-case nouns', () => {
    const odd = sources.filter(
      (path) =>
        !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.property\.test)?\.ts$/.test(
          basename(path),
        ) ||
        path
          .replace(/(?:\.test)?\.ts$/, '')
          .split('/')
          .some((part) => forbidden.test(part)),
    );
    expect(odd).toEqual([]);
  });
});

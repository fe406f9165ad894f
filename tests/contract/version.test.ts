import { expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import packageLock from '../../package-lock.json' with { type: 'json' };
import { findNotes } from '../../scripts/release/release-notes.ts';
import { runCommand } from '../support/command-line.ts';
import {
  listRepositoryFiles,
  readRepositoryFile,
  repositoryRoot,
} from '../support/repository-files.ts';

const { version } = packageJson;
const changelog = readRepositoryFile('CHANGELOG.md');

it('the lock file and the command line have the version of package.json', async () => {
  expect([packageLock.version, packageLock.packages[''].version]).toEqual([
    version,
    version,
  ]);
  const run = await runCommand({ checkout: repositoryRoot }, '--version');
  expect(run.stdout.trim()).toBe(version);
});

it('no source says the version itself', () => {
  const sources = listRepositoryFiles(
    'src',
    'scripts',
    'actions',
    'action.yml',
  );
  const own = new RegExp(`['"\`v ]${version.replaceAll('.', '\\.')}['"\`\\s]`);
  expect(sources.filter((path) => own.test(readRepositoryFile(path)))).toEqual(
    [],
  );
});

it('the changelog has what is not released, and the versions, newest first', () => {
  const headings = [...changelog.matchAll(/^## (.*)$/gm)].map(
    ([, text = '']) => text,
  );
  expect(headings[0]).toBe('[Unreleased]');
  const versions = headings
    .slice(1)
    .map((text) => /^\[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$/.exec(text)?.[1]);
  expect(versions).not.toContain(undefined);
  expect(versions).toEqual(
    [...versions].sort((left, right) =>
      String(right).localeCompare(String(left), 'en', { numeric: true }),
    ),
  );
  // What package.json says is the newest, or the one that comes next.
  if (versions.length > 0 && versions.includes(version)) {
    expect(versions[0]).toBe(version);
    expect(findNotes(changelog, version)).toBeDefined();
  }
});

it('a change stands under one of the words of Keep a Changelog', () => {
  const words = [...changelog.matchAll(/^### (.*)$/gm)].map(([, word]) => word);
  const known = [
    'Added',
    'Changed',
    'Deprecated',
    'Removed',
    'Fixed',
    'Security',
  ];
  expect(words.length).toBeGreaterThan(0);
  expect(words.filter((word) => !known.includes(word ?? ''))).toEqual([]);
});

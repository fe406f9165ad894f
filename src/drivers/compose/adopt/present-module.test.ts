import { describe, expect, it } from 'vitest';
import {
  composeFileName,
  keepKeys,
  listMoved,
  type PresentModule,
  settlePaths,
} from './present-module.ts';

const moduleFolder = 'modules/wiki';
const git = ['compose.yaml', 'www'];

const present = (folder = 'apps/wiki'): PresentModule => ({
  ...{ keys: {}, folder },
  tracks: (path) => git.includes(path),
});

const paths = (parts: object = {}) => ({
  ...{ tracked: [], hostFiles: [], hostDirs: [], notes: [], problems: [] },
  ...parts,
});

const settle = (
  parts: object,
  module: PresentModule | undefined,
  written: readonly string[] = [],
) => {
  const named = written.map(
    (path) => ({ path, use: 'mount', writable: true }) as const,
  );
  const settled = settlePaths(paths(parts), module, { moduleFolder, named });
  const { hostDirs, hostFiles } = settled.paths;
  return { base: settled.base, hostDirs, hostFiles };
};

describe('where the files of a draft go', () => {
  it('to the folder of the module, where there is none yet', () => {
    expect(settle({ hostDirs: ['www'] }, undefined)).toEqual({
      ...{ base: moduleFolder, hostDirs: ['www'], hostFiles: [] },
    });
  });

  it('nowhere else, where git has all of it', () => {
    expect(settle({ hostDirs: ['www'] }, present())).toEqual({
      ...{ base: 'apps/wiki', hostDirs: [], hostFiles: [] },
    });
  });

  it.each([
    ['a file', { hostFiles: ['.env'], hostDirs: ['www'] }, []],
    ['a folder', { hostDirs: ['data', 'www'] }, []],
    [
      'a folder that git has and a service writes to',
      { hostDirs: ['www'] },
      ['www'],
    ],
  ])(
    'to the folder of the module, where the host has %s',
    (_, parts, written) => {
      expect(settle(parts, present(), written)).toEqual({
        ...{ base: moduleFolder, hostFiles: [], ...parts },
      });
    },
  );

  it('in the folder of the module, what git has is git’s', () => {
    const parts = { hostFiles: ['.env'], hostDirs: ['data', 'www'] };
    expect(settle(parts, present(moduleFolder))).toEqual({
      ...{ base: moduleFolder, hostDirs: ['data'], hostFiles: ['.env'] },
    });
  });
});

it('names compose files as the manifest finds them', () => {
  const name = (base: string) =>
    composeFileName('compose.yaml', { base, moduleFolder });
  expect([moduleFolder, 'apps/wiki', ''].map(name)).toEqual([
    ...['compose.yaml', '/apps/wiki/compose.yaml', '/compose.yaml'],
  ]);
});

it('lists what git would have twice, and nothing else of the old folder', () => {
  const tracked = ['compose.yaml', 'new.conf'].map((path) => ({
    ...{ path, content: Buffer.from(''), executable: false },
  }));
  expect(listMoved(tracked, present(), moduleFolder)).toEqual([
    'apps/wiki/compose.yaml',
  ]);
  expect(listMoved(tracked, present(), 'apps/wiki')).toEqual([]);
  expect(listMoved(tracked, undefined, moduleFolder)).toEqual([]);
});

it('keeps what people said, and makes nothing stateless', () => {
  const drafted = { id: 'wiki', stateful: false, host_files: ['a'], backup: 1 };
  const keys = {
    ...{ id: 'wiki', stateful: true, host_files: ['b'], backup: 2 },
    paths: ['apps/wiki/**'],
  };
  expect(keepKeys(drafted, { keys })).toEqual({
    ...{ id: 'wiki', stateful: true, host_files: ['a'], backup: 2 },
    paths: ['apps/wiki/**'],
  });
  expect(keepKeys(drafted, { keys: {} })).toEqual(drafted);
});

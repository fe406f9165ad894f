import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePlatform, type Platform } from '../../tests/support/platform.ts';
import { systemExec } from '../adapters/exec.ts';
import { openRepository } from '../adapters/git.ts';
import {
  type ModuleBook,
  openModuleBook,
  readableManifests,
} from './module-book.ts';
import { findProjectClaims } from './project-claims.ts';
import { listTree } from './tree.ts';

let platform: Platform;
beforeAll(() => {
  platform = makePlatform({ 'README.md': 'platform\n' });
});
afterAll(() => platform.close());

type Manifests = Readonly<Record<string, string>>;

/** The modules of one commit, and the ids that were parsed since. */
async function openBook(manifests: Manifests) {
  const files = Object.entries(manifests).map(([id, lines]) => {
    const driver = lines.includes('command:') ? 'command' : 'compose';
    const host = lines.includes('host:') ? '' : 'host: here\n';
    const text = `schema: 1\nid: ${id}\nstateful: false\ndriver: ${driver}\n${host}${lines}\n`;
    return [`modules/${id}/module.yaml`, text] as const;
  });
  platform.git('rm', '-rq', '--ignore-unmatch', 'modules');
  const sha = platform.commit(Object.fromEntries(files));
  const repository = openRepository(systemExec, platform.checkout);
  const entries = await listTree(repository, sha);
  const book = await openModuleBook(repository, 'modules', entries);
  const parsed = new Set<string>();
  const watched: ModuleBook = {
    ...book,
    manifest(id) {
      parsed.add(id);
      return book.manifest(id);
    },
  };
  return { book, watched, parsed };
}

async function claims(manifests: Manifests, ids = Object.keys(manifests)) {
  const { book, watched, parsed } = await openBook(manifests);
  const found = findProjectClaims(watched, readableManifests(book, ids));
  return { found, codes: found.map(({ code }) => code), parsed: [...parsed] };
}

const COMMAND = 'command: {plan: [a], apply: [a], health: [a]}';

describe('two modules share a project', () => {
  it.each<[string, Manifests]>([
    [
      'by saying so, each with services of its own',
      {
        a: 'compose: {project: apps, services: [x, y]}',
        b: 'compose: {project: apps, services: [z]}',
        c: 'compose: {project: "apps", services: [w]}',
      },
    ],
    [
      'on two hosts',
      {
        a: 'compose: {project: apps}',
        b: 'host: there\ncompose: {project: apps}',
      },
    ],
    [
      'in no way',
      { a: '', b: '', apps: COMMAND, c: 'compose: {project: apps}' },
    ],
    [
      'in no way, but for a word',
      { apps: '', b: 'depends_on: [apps]\ncompose: {project: b}' },
    ],
  ])('%s', async (_, manifests) => {
    expect((await claims(manifests)).found).toEqual([]);
  });

  it.each<[string, Manifests]>([
    [
      'and claim one service',
      {
        a: 'compose: {project: apps, services: [x, y]}',
        b: 'compose: {project: apps, services: [y]}',
      },
    ],
    [
      'and one does not say what is its own',
      {
        a: 'compose: {project: apps, services: [x]}',
        b: 'compose: {project: apps}',
      },
    ],
    ['and none says so', { a: 'compose: {project: b}', b: '' }],
    [
      'by a former name',
      { a: 'renamed_from: old', b: 'compose: {project: old}' },
    ],
    [
      'by an escaped name',
      { a: 'compose: {project: apps}', b: 'compose: {project: "\\x61pps"}' },
    ],
    [
      'by an alias',
      {
        a: 'compose: {project: apps}',
        b: 'x-a: &a apps\ncompose:\n  project: *a',
      },
    ],
    ['as a folder of a host', { a: 'renamed_from: b', b: COMMAND }],
    [
      'as a former folder',
      { a: 'renamed_from: x', b: `renamed_from: x\n${COMMAND}` },
    ],
  ])('%s', async (_, manifests) => {
    const both = await claims(manifests);
    expect(both.codes).toEqual(['plan/service-claimed']);
    // Whichever of them is planned.
    for (const id of Object.keys(manifests)) {
      const alone = await claims(manifests, [id]);
      expect(alone.codes).toEqual(['plan/service-claimed']);
      expect(alone.found[0]?.module).toBe(id);
    }
  });

  it('one that cannot be read may share it', async () => {
    const broken = {
      a: 'compose: {project: apps}',
      b: 'compose: {project: apps, x: 1}',
    };
    expect((await claims(broken, ['a'])).codes).toEqual([
      'scope/invalid-manifest',
    ]);
    const other = {
      a: 'compose: {project: apps}',
      b: 'compose: {project: b, x: 1}',
    };
    expect((await claims(other, ['a'])).codes).toEqual([]);
  });
});

it('only manifests that can matter are parsed', async () => {
  const many = Array.from({ length: 400 }, (_, at) => [
    `m${at}x`,
    at % 2 ? '' : `depends_on: [redis]\ncompose: {project: p${at}x}`,
  ]);
  const manifests: Manifests = {
    ...Object.fromEntries(many),
    a: 'compose: {project: apps, services: [a]}',
    b: 'compose: {project: apps, services: [b]}',
    redis: '',
  };
  expect((await claims(manifests, ['a'])).parsed).toEqual(['b']);
});

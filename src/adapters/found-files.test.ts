import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type FileSearch, readFoundFiles } from './found-files.ts';

let root: string;
let search: FileSearch;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'found-files-'));
  const base = join(root, 'workspace');
  for (const folder of [
    'workspace/plans/deep',
    'workspace/.hidden',
    'outside',
  ]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  const write = (path: string, text = 'x') =>
    writeFileSync(join(root, path), text);
  write('workspace/plans/a.json', 'aa');
  write('workspace/plans/b.json', 'bb');
  write('workspace/plans/deep/c.json');
  write('workspace/.hidden/d.json');
  write('workspace/odd[1].json');
  write('workspace/large.bin', 'x'.repeat(101));
  write('outside/secret.json');
  symlinkSync('../../outside/secret.json', join(base, 'plans/link.json'));
  symlinkSync('../outside', join(base, 'away'));
  symlinkSync('plans/a.json', join(base, 'near.json'));
  symlinkSync('nowhere', join(base, 'dangling.json'));
  execFileSync('mkfifo', [join(base, 'pipe.json')]);
  search = {
    input: 'plan',
    base,
    roots: [base],
    anywhere: false,
    maxFiles: 10,
    maxBytes: 100,
  };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function find(...patterns: string[]) {
  const files = await readFoundFiles(patterns, search);
  return files.map((file) => `${file.name}${'problem' in file ? ' !' : ''}`);
}

describe('files that somebody names', () => {
  test.each<[string, readonly string[]]>([
    ['plans/a.json', ['plans/a.json']],
    ['./plans/a.json', ['plans/a.json']],
    ['plans/none.json', []],
    ['plans/[ab].json', ['plans/a.json', 'plans/b.json']],
    ['plans/{b,c}.json', ['plans/b.json']],
    ['plans/*.json', ['plans/a.json', 'plans/b.json', 'plans/link.json !']],
    ['plans/**/c.json', ['plans/deep/c.json']],
    ['none/*.json', []],
    ['large.bin/*.json', []],
    ['.hidden/*.json', ['.hidden/d.json']],
    ['odd[1].json', ['odd[1].json']],
    ['near.json', ['near.json']],
  ])('%s', async (pattern, expected) => {
    expect(await find(pattern)).toEqual(expected);
  });

  it('are read as they are, each once, in order', async () => {
    const patterns = ['plans/b.json', 'plans/?.json'];
    expect(await readFoundFiles(patterns, search)).toEqual([
      { name: 'plans/a.json', content: Buffer.from('aa') },
      { name: 'plans/b.json', content: Buffer.from('bb') },
    ]);
  });

  test.each([
    ['too large', 'large.bin'],
    ['a folder', 'plans'],
    ['a pipe, without waiting for it', 'pipe.json'],
    ['a link out of the roots', 'plans/link.json'],
    ['a link to nowhere', 'dangling.json'],
    ['behind a linked folder', 'away/secret.json'],
  ])('are not read when they are %s', async (_, pattern) => {
    expect(await find(pattern)).toEqual([`${pattern} !`]);
  });

  test.each([
    ['..', '../outside/secret.json'],
    ['.. in the middle', 'plans/../../outside/secret.json'],
    ['an absolute path', '/etc/passwd'],
    ['an absolute glob', '/etc/*'],
    ['a glob that climbs', 'plans/*/../../../outside/*'],
    ['a glob in a linked folder', 'away/*.json'],
    ['an extended glob', 'plans/*(*(*(a|b)))'],
    ['many stars', '**/**/**/**/**/x'],
  ])('path-escape: %s is refused', async (_, pattern) => {
    await expect(find(pattern)).rejects.toMatchObject({
      code: 'input/malformed',
    });
  });

  it('are refused when they are too many', async () => {
    const few = { ...search, maxFiles: 1 };
    await expect(readFoundFiles(['plans/*.json'], few)).rejects.toMatchObject({
      code: 'input/malformed',
    });
  });

  it.each([
    ['a file', 'near.json'],
    ['out of the roots', 'plans/link.json'],
  ])('are no links where links are refused: %s', async (_, pattern) => {
    const strict = { ...search, links: 'refused' } as const;
    const [file] = await readFoundFiles([pattern], strict);
    expect(file).toHaveProperty('problem');
    const [plain] = await readFoundFiles(['plans/a.json'], strict);
    expect(plain).toHaveProperty('content');
  });

  it('lie behind no link where links are refused', async () => {
    const base = join(root, 'workspace');
    const roots = [join(base, 'plans'), join(base, 'alias')];
    symlinkSync('plans', join(base, 'alias'));
    const strict = { ...search, links: 'refused' } as const;
    const [file] = await readFoundFiles(['alias/a.json'], strict);
    expect(file).toHaveProperty('problem');
    // A root itself may be reached by a link, as RUNNER_TEMP may.
    const rooted = { ...strict, roots, base: join(base, 'alias') };
    const [plain] = await readFoundFiles(['a.json'], rooted);
    expect(plain).toHaveProperty('content');
    rmSync(join(base, 'alias'));
  });

  it('are read up to a limit of all together', async () => {
    const small = { ...search, maxTotalBytes: 3 };
    const files = await readFoundFiles(['plans/[ab].json'], small);
    expect(files.map((file) => 'content' in file)).toEqual([true, false]);
  });

  it('are not all but what a pattern names', async () => {
    expect(await find('!*.json')).toEqual([]);
    expect(await find('#*.json')).toEqual([]);
  });

  it('may lie anywhere for a person, but links there lead nowhere else', async () => {
    const own = { ...search, roots: [], anywhere: true };
    const named = [join(root, 'outside/secret.json'), 'plans/*.json'];
    const files = await readFoundFiles(named, own);
    expect(files.map((file) => 'problem' in file)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    const alone = await readFoundFiles(['plans/link.json'], own);
    expect(alone.map((file) => 'problem' in file)).toEqual([true]);
  });
});

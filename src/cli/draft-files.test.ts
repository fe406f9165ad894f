import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDraft, renderDraft, writeDraft } from './draft-files.ts';

describe('files that are drafted', () => {
  let root: string;
  const at = (path: string) => join(root, path);
  const read = (path: string) => readFileSync(at(path), 'utf8');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'draft-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const draft = () =>
    openDraft(root, [
      { path: 'a/one', content: 'one\n' },
      { path: 'a/run', content: 'run\n', executable: true },
    ]);

  it('are written after a yes, and are unchanged the second time', async () => {
    expect(await writeDraft(draft(), { yes: true })).toBe('draft/written');
    expect(read('a/one')).toBe('one\n');
    expect(statSync(at('a/run')).mode & 0o777).toBe(0o755);
    expect(await writeDraft(draft(), {})).toBe('draft/unchanged');
    chmodSync(at('a/run'), 0o644);
    expect(draft().changes.map(({ kind }) => kind)).toEqual([
      'same',
      'replace',
    ]);
  });

  it('are shown as git shows a difference', async () => {
    mkdirSync(at('a'));
    writeFileSync(at('a/one'), 'two\n');
    const lines = await renderDraft(draft());
    expect(lines).toEqual(
      expect.arrayContaining(['-two', '+one', '+++ b/a/run', '+run']),
    );
  });

  it.each([
    ['nobody can be asked', {}, 'draft/unconfirmed'],
    ['one of them is there already', { yes: true }, 'draft/exists'],
  ])('are not written where %s', async (_, options, code) => {
    if (code === 'draft/exists') {
      mkdirSync(at('a'));
      writeFileSync(at('a/run'), 'mine');
    }
    await expect(writeDraft(draft(), options)).rejects.toMatchObject({
      code,
    });
    expect(existsSync(at('a/one'))).toBe(false);
  });

  it('replace others only where that is said, and only plain files', async () => {
    mkdirSync(at('a'));
    writeFileSync(at('a/one'), 'mine');
    const options = { yes: true, overwrite: true };
    expect(await writeDraft(draft(), options)).toBe('draft/written');
    expect(read('a/one')).toBe('one\n');
    rmSync(at('a/one'));
    symlinkSync('/dev/null', at('a/one'));
    expect(draft).toThrow(
      expect.objectContaining({ code: 'draft/symlinked-target' }),
    );
  });

  it('are all taken back where one cannot be written', async () => {
    writeFileSync(at('zero'), 'mine');
    const planned = openDraft(root, [
      { path: 'zero', content: 'zero' },
      { path: 'a/one', content: 'one' },
      { path: 'c', content: 'c' },
    ]);
    writeFileSync(at('c'), 'came in between');
    await expect(
      writeDraft(planned, { yes: true, overwrite: true }),
    ).rejects.toMatchObject({ code: 'draft/write-failed' });
    expect(read('zero')).toBe('mine');
    expect(existsSync(at('a'))).toBe(false);
    expect(read('c')).toBe('came in between');
  });
});

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLines, someDrafts } from '../../tests/support/audit-lines.ts';
import {
  note,
  openLog,
  readLog,
  readLogFiles,
  verifyRemote,
} from '../../tests/support/audit-remote.ts';
import {
  makeStateRemote,
  plainGit,
  STATE_BRANCH,
  type StateRemote,
} from '../../tests/support/state-remote.ts';
import { type Exec, systemExec } from '../adapters/exec.ts';
import type { AppendedEntry } from './plan-append.ts';

let remote: StateRemote;
beforeEach(() => {
  remote = makeStateRemote();
});
afterEach(() => remote.remove());

const checkpointOf = ({ log, seq, hash }: AppendedEntry) => ({
  log,
  size: seq + 1,
  head: hash,
});
const bodies = () => readLog(remote).map((line) => JSON.parse(line).body.text);

it('begins a log with the repository it is for', async () => {
  const entry = await openLog(remote, '1').append(note('first'));
  expect(entry).toMatchObject({ seq: 1, repeated: false });
  const [genesis, first = ''] = readLog(remote);
  expect(JSON.parse(genesis ?? '')).toMatchObject({
    seq: 0,
    prev: '0'.repeat(64),
    body: { genesis: { repository: 'forge.example/ops/platform' } },
  });
  expect(JSON.parse(first)).toEqual({
    ...{ v: 1, log: entry.log, seq: 1, fence: null, kind: 'note' },
    prev: createHash('sha256').update(`${genesis}\n`).digest('hex'),
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    run: { id: '1', number: '1', attempt: '1', url: '' },
    body: { text: 'first' },
  });
  const hash = createHash('sha256').update(`${first}\n`).digest('hex');
  expect(entry.hash).toBe(hash);
});

describe('the same append', () => {
  it('by the same run is one entry', async () => {
    const first = await openLog(remote, '1').append(note('same'));
    await openLog(remote, '2').append(note('other'));
    const again = await openLog(remote, '1').append(note('same'));
    expect(again).toEqual({ ...first, repeated: true });
    expect(bodies()).toEqual([undefined, 'same', 'other']);
  });

  it('by another run, or of another kind, is another entry', async () => {
    await openLog(remote, '1').append(note('same'));
    await openLog(remote, '2').append(note('same'));
    await openLog(remote, '1').append({ ...note('same'), kind: 'refusal' });
    await openLog(remote, '1').append({ ...note('same'), fence: 4 });
    expect(bodies()).toEqual([undefined, 'same', 'same', 'same', 'same']);
  });

  it('is found however many a busy hour brought in between', async () => {
    const first = await openLog(remote, '1').append(note('same'));
    for (const part of ['a', 'b', 'c']) {
      await openLog(remote, part).record({
        message: 'many',
        drafts: Array.from({ length: 21 }, (_, n) => note(`${part}${n}`)),
        beside: async () => new Map(),
      });
    }
    expect(await openLog(remote, '1').append(note('same'))).toEqual({
      ...first,
      repeated: true,
    });
  });
});

describe('a long log', () => {
  const record = (run: string, count: number) =>
    openLog(remote, run).record({
      message: 'many',
      drafts: Array.from({ length: count }, (_, n) => note(`${run}-${n}`)),
      beside: async () => new Map(),
    });

  it('is cut into segments with an unbroken chain across them', async () => {
    const entries = await record('1', 200);
    await record('2', 60);
    const last = await openLog(remote, '3').append(note('last'));
    expect(
      readLogFiles(remote).map(({ name, text }) => [
        name,
        text.split('\n').length - 1,
      ]),
    ).toEqual([
      ['state/audit/0.jsonl', 64],
      ['state/audit/64.jsonl', 64],
      ['state/audit/128.jsonl', 64],
      ['state/AUDIT_LOG.jsonl', 70],
    ]);
    const checkpoints = [...entries, last].map(checkpointOf);
    expect(await verifyRemote(remote, checkpoints)).toMatchObject({
      verdict: 'consistent',
      size: 262,
    });
  });

  it('has its segments joined when a block is complete', async () => {
    const lines = makeLines(someDrafts(8_191 + 127));
    const all = new Map<string, string>();
    for (let first = 0; first < 127 * 64; first += 64) {
      const text = lines.slice(first, first + 64).join('');
      all.set(`state/audit/${first}.jsonl`, text);
    }
    all.set('state/AUDIT_LOG.jsonl', lines.slice(127 * 64).join(''));
    await remote.open().commit({ message: 'old', update: async () => all });
    const entry = await openLog(remote, '1').append(note('more'));
    expect(readLogFiles(remote).map(({ name }) => name)).toEqual([
      'state/audit/0.jsonl',
      'state/AUDIT_LOG.jsonl',
    ]);
    const report = await verifyRemote(remote, [checkpointOf(entry)]);
    expect(report).toMatchObject({ verdict: 'consistent', size: 8_320 });
  });

  it('is appended to without its older entries being read', async () => {
    await record('1', 200);
    const asked: string[] = [];
    const exec: Exec = {
      run: (command) => {
        if (command.args.includes('--stdin')) asked.push(`${command.input}`);
        return systemExec.run(command);
      },
    };
    const open = plainGit(remote.repository, [
      ...['rev-parse', `${STATE_BRANCH}:state/AUDIT_LOG.jsonl`],
    ]);
    const entry = await openLog(remote, '2', { exec }).append(note('last'));
    expect(asked).toEqual([`${open}\n`]);
    expect(entry.seq).toBe(201);
  });
});

describe('other files in the same commit', () => {
  const status = '.platform/state/modules/web.status.json';

  it('are there with the entries, or not at all', async () => {
    await openLog(remote, '1').record({
      message: 'both',
      drafts: [note('with')],
      beside: async () => new Map([[status, '{}\n']]),
    });
    expect(remote.show(status)).toBe('{}');
    expect(remote.log()).toHaveLength(1);
  });

  it('are written although the entries are there already', async () => {
    await openLog(remote, '1').append(note('same'));
    await openLog(remote, '1').record({
      message: 'again',
      drafts: [note('same')],
      beside: async () => new Map([[status, '{}\n']]),
    });
    expect(remote.show(status)).toBe('{}');
    expect(bodies()).toEqual([undefined, 'same']);
  });
});

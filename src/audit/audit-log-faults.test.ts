import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLines, someDrafts } from '../../tests/support/audit-lines.ts';
import { note, openLog, readLog } from '../../tests/support/audit-remote.ts';
import { startGitHttp } from '../../tests/support/git-http.ts';
import {
  makeStateRemote,
  plainGit,
  type StateRemote,
} from '../../tests/support/state-remote.ts';
import { type Command, type Exec, systemExec } from '../adapters/exec.ts';

let remote: StateRemote;
beforeEach(() => {
  remote = makeStateRemote();
});
afterEach(() => remote.remove());

const bodies = () => readLog(remote).map((line) => JSON.parse(line).body.text);
const put = (files: Readonly<Record<string, string>>) =>
  remote.open().commit({
    message: 'by hand',
    update: async () => new Map(Object.entries(files)),
  });

describe('an answer that was lost', () => {
  it('is not written twice, whoever came behind it', async () => {
    const server = await startGitHttp({ root: remote.root });
    try {
      await openLog(remote, '1').append(note('first'));
      let lost = false;
      server.setFault((request) => {
        const isPush =
          request.service === 'git-receive-pack' &&
          request.phase === 'exchange';
        if (!isPush || lost) return undefined;
        lost = true;
        return 'lose-answer';
      });
      const address = `${server.url}/platform.git`;
      const entry = await openLog(remote, '2', { address }).append(
        note('mine'),
      );
      expect(entry).toMatchObject({ seq: 2, repeated: false });
    } finally {
      await server.close();
    }
    expect(bodies()).toEqual([undefined, 'first', 'mine']);
  });

  it('tells the number under which the late push stands', async () => {
    await openLog(remote, '1').append(note('first'));
    // The first push arrives only when the second one is on its way.
    const late: Command[] = [];
    const exec: Exec = {
      run: async (command) => {
        if (!command.args.includes('push')) return systemExec.run(command);
        const before = late.shift();
        if (before !== undefined) {
          await systemExec.run(before);
          return systemExec.run(command);
        }
        late.push(command);
        const nothing = { exitCode: undefined, stdout: Buffer.alloc(0) };
        return { ...nothing, stderr: '', failure: 'timeout' };
      },
    };
    const entry = await openLog(remote, '2', { exec }).append(note('late'));
    const line = readLog(remote)[entry.seq] ?? '';
    expect(bodies()).toEqual([undefined, 'first', 'late']);
    expect(JSON.parse(line).body).toEqual({ text: 'late' });
  });
});

describe('an entry that cannot be made durable', () => {
  it.each([
    ['the remote declines', () => remote.install('pre-receive', 'exit 1')],
    [
      'the branch is not ours',
      () => remote.plant([`100644 blob ${remote.writeBlob('x')}\tREADME`]),
    ],
  ])('is audit/not-durable where %s', async (_, prepare) => {
    prepare();
    await expect(openLog(remote, '1').append(note('x'))).rejects.toMatchObject({
      code: 'audit/not-durable',
    });
  });

  it('is audit/not-durable where there is no remote', async () => {
    const address = `${remote.root}/missing.git`;
    await expect(
      openLog(remote, '1', { address }).append(note('x')),
    ).rejects.toMatchObject({ code: 'audit/not-durable' });
  });
});

describe('nothing is written behind a log that is not in order', () => {
  const lines = makeLines(someDrafts(80));
  const log = (text: string, more: Readonly<Record<string, string>> = {}) => ({
    'state/AUDIT_LOG.jsonl': text,
    ...more,
  });
  const sealed = { 'state/audit/0.jsonl': lines.slice(0, 64).join('') };
  it.each<[string, Record<string, string>]>([
    ['torn', log(lines.join('').slice(0, -1))],
    ['with a changed line', log(lines.with(3, lines[2] ?? '').join(''))],
    ['with CRLF', log(lines.join('').replaceAll('\n', '\r\n'))],
    ['of another tool', log('2026-05-16 applied web\n')],
    ['empty', log('')],
    ['without its front', log(lines.slice(4).join(''))],
    ['without its open file', sealed],
    ['that goes back behind a segment', log(lines.join(''), sealed)],
  ])('%s', async (_, files) => {
    await put(files);
    const before = remote.log();
    await expect(openLog(remote, '1').append(note('x'))).rejects.toMatchObject({
      code: 'audit/broken',
    });
    expect(remote.log()).toEqual(before);
  });

  it('but behind one that is', async () => {
    await put(log(lines.slice(64).join(''), sealed));
    expect((await openLog(remote, '1').append(note('x'))).seq).toBe(81);
  });
});

describe('a body', () => {
  it.each<[string, Record<string, unknown>]>([
    ['audit/malformed-body', { share: 0.5 }],
    ['audit/malformed-body', { text: '\ud800' }],
    ['audit/malformed-body', JSON.parse('{"__proto__":{"a":1}}')],
    ['audit/body-too-large', { text: 'x'.repeat(20_000) }],
  ])('is refused with %s', async (code, body) => {
    const draft = { kind: 'note', fence: null, body } as const;
    await expect(openLog(remote, '1').append(draft)).rejects.toMatchObject({
      code,
    });
    expect(plainGit(remote.repository, ['for-each-ref'])).toBe('');
  });

  it('is kept without secrets', async () => {
    const secret = 's3cret-value-0123';
    const body = {
      output: `it said ${secret}`,
      password: 'hunter22',
      [secret]: Buffer.from(secret).toString('base64'),
    };
    await openLog(remote, '1', { secrets: [secret] }).append({
      ...{ kind: 'note', fence: null, body },
    });
    const kept = readLog(remote).join('\n');
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain('hunter22');
    expect(kept).not.toContain(Buffer.from(secret).toString('base64'));
  });
});

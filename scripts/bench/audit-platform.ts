import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCK_ENTRIES, SEGMENT_ENTRIES } from '../../src/audit/cut-log.ts';
import { type Genesis, logIdOf } from '../../src/audit/genesis.ts';
import { hashLine, NO_PREVIOUS } from '../../src/audit/line-hash.ts';
import { OPEN_PATH, segmentPath } from '../../src/audit/log-files.ts';
import { renderLine } from '../../src/audit/render-line.ts';
import { plainGit, STATE_BRANCH } from '../../tests/support/state-remote.ts';

const GENESIS: Genesis = {
  repository: 'forge.example/ops/platform',
  id: '0123456789abcdef0123456789abcdef',
};

/** Lines of a log of this many entries; each as large as an intent really is. */
export function* makeBenchLines(count: number): Generator<string> {
  const log = logIdOf(GENESIS);
  const stamp = {
    ...({ v: 1, log, fence: null } as const),
    time: '2026-05-16T11:00:00.000Z',
    run: {
      ...{ id: '51234', number: '1234', attempt: '1' },
      url: 'https://forge.example/ops/platform/actions/runs/1234',
    },
  };
  let prev = NO_PREVIOUS;
  const first = { kind: 'note', body: { genesis: GENESIS } };
  // Rendering a million of them would take longer than what is measured.
  const [head = '', middle = '', tail = ''] = renderLine({
    ...{ ...stamp, kind: 'intent', seq: 1_234_567, prev: 'f'.repeat(64) },
    body: {
      actor: 'ada',
      approvers: ['bob', 'eve'],
      author: 'agent-7',
      module: 'uptime-kuma',
      plan_digest: `sha256:${hashLine('plan')}`,
      pr: 218,
      sha: hashLine('sha').slice(0, 40),
      tree: hashLine('tree'),
      verdicts: ['scope/eligible', 'stateful/none', 'plan/drift-allowed'],
    },
  }).split(/f{64}|1234567/);
  for (let seq = 0; seq < count; seq += 1) {
    const line =
      seq === 0
        ? renderLine({ ...stamp, ...first, seq, prev })
        : `${head}${prev}${middle}${seq}${tail}`;
    prev = hashLine(line);
    yield line;
  }
}

/**
 * A bare repository whose state branch holds such a log, in the files that
 * appends would have left and with a commit for each entry.
 */
export async function makeBenchRemote(
  folder: string,
  entries: number,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const repository = join(folder, 'platform.git');
  plainGit(folder, ['init', '--quiet', '--bare', '-b', 'main', repository]);
  plainGit(repository, ['config', 'uploadpack.allowFilter', 'true']);
  plainGit(repository, ['config', 'gc.auto', '0']);
  plainGit(repository, ['config', 'receive.autogc', 'false']);
  const git = spawn('git', ['-C', repository, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  let waiting = '';
  const flush = async () => {
    if (!git.stdin.write(waiting)) await once(git.stdin, 'drain');
    waiting = '';
  };
  const commit = async (files: string) => {
    const [who, ref] = ['apply-gates <a@localhost>', STATE_BRANCH];
    waiting += `commit refs/heads/${ref}\ncommitter ${who} 0 +0000\ndata 2\nx\n${files}\n`;
    if (waiting.length > 1_000_000) await flush();
  };
  // The cut leaves between one and two segments open.
  const openFrom =
    entries - SEGMENT_ENTRIES - ((entries - 1) % SEGMENT_ENTRIES) - 1;
  const joined = openFrom - (openFrom % BLOCK_ENTRIES);
  let from = 0;
  let lines: string[] = [];
  for (const line of makeBenchLines(entries)) {
    lines.push(line);
    const next = from + lines.length;
    const size = from < joined ? BLOCK_ENTRIES : SEGMENT_ENTRIES;
    const isFull = from < Math.max(0, openFrom) && lines.length === size;
    const isLast = next === entries;
    const path = isFull ? segmentPath(from) : OPEN_PATH;
    const text = isFull || isLast ? lines.join('') : '';
    await commit(
      text === ''
        ? ''
        : `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
    );
    if (isFull) [from, lines] = [next, []];
  }
  await flush();
  git.stdin.end();
  const [status] = await once(git, 'close');
  if (status !== 0) throw new Error(`git fast-import ended with ${status}`);
  return repository;
}

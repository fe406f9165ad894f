import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type GitHttpFault,
  type GitHttpRequest,
  type GitHttpServer,
  startGitHttp,
} from '../../tests/support/git-http.ts';
import {
  makeStateRemote,
  plainGit,
  STATE_BRANCH,
  type StateRemote,
} from '../../tests/support/state-remote.ts';
import type { Clock } from '../adapters/clock.ts';
import type { StateStore } from './store.ts';

const TOKEN = 's3cret/+%:@token';

let remote: StateRemote;
let server: GitHttpServer;
beforeEach(async () => {
  remote = makeStateRemote();
  server = await startGitHttp({ root: remote.root, token: TOKEN });
});
afterEach(async () => {
  await server.close();
  remote.remove();
});

/** Time that passes only while somebody sleeps. */
function makeClock(): Clock {
  let now = Date.UTC(2026, 4, 16, 11);
  return {
    now: () => new Date(now),
    elapsed: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
}

const open = (token = TOKEN) =>
  remote.open({
    address: `${server.url}/platform.git`,
    token,
    clock: makeClock(),
  });

const append = (store: StateStore, line: string) =>
  store.commit({
    message: `append ${line}`,
    update: async (snapshot) => {
      const before = (await snapshot.read('state/log')) ?? '';
      return new Map([['state/log', `${before}${line}\n`]]);
    },
  });

/** A fault for the first requests of one kind; more of them go through. */
const failing = (
  wanted: Partial<GitHttpRequest>,
  faults: readonly GitHttpFault[],
) => {
  const left = [...faults];
  server.setFault((request) =>
    Object.entries(wanted).every(
      ([key, value]) => request[key as keyof GitHttpRequest] === value,
    )
      ? left.shift()
      : undefined,
  );
};

const PUSH = { service: 'git-receive-pack', phase: 'exchange' } as const;
const READ = { service: 'git-upload-pack' } as const;

it('writes and reads over HTTP with a token', async () => {
  await append(open(), 'one');
  await append(open(), 'two');
  expect(await (await open().fetch()).read('state/log')).toBe('one\ntwo\n');
});

it('brings the contents of many files in one request', async () => {
  const paths = [...'abcdefghij'].map((name) => `state/${name}`);
  await open().commit({
    message: 'many',
    update: async () => new Map(paths.map((path) => [path, path])),
  });
  const snapshot = await open().fetch();
  const before = server.requests.length;
  expect(await snapshot.readAll(paths)).toEqual(
    new Map(paths.map((path) => [path, path])),
  );
  const exchanges = server.requests
    .slice(before)
    .filter((request) => request.startsWith('POST'));
  expect(exchanges).toHaveLength(1);
});

it('recognises its own commit when the answer to the push was lost', async () => {
  await append(open(), 'one');
  failing(PUSH, ['lose-answer']);
  const { commit, made } = await append(open(), 'two');
  expect(made).toBe(true);
  expect(remote.log()[0]).toBe(commit);
  expect(remote.show('state/log')).toBe('one\ntwo');
});

it('recognises its own commit behind that of another writer', async () => {
  await append(open(), 'one');
  loseAnswerBefore('other');
  await append(open(), 'mine');
  expect(remote.show('state/log')).toBe('one\nmine\nother');
});

it('recognises its own first commit behind that of another writer', async () => {
  loseAnswerBefore('other');
  await append(open(), 'mine');
  expect(remote.show('state/log')).toBe('mine\nother');
});

it('tries again when the push never arrived', async () => {
  failing(PUSH, ['lose-request', 500, 503]);
  await append(open(), 'one');
  expect(remote.show('state/log')).toBe('one');
  expect(remote.log()).toHaveLength(1);
});

it('gives up on a remote that keeps failing: state/not-durable', async () => {
  await append(open(), 'one');
  failing(PUSH, Array<GitHttpFault>(50).fill(500));
  await expect(append(open(), 'two')).rejects.toMatchObject({
    code: 'state/not-durable',
    evidence: { cause: 'unknown', attempts: 4 },
  });
  expect(remote.show('state/log')).toBe('one');
});

it('does not call a write durable that cannot be read back', async () => {
  server.setFault((request) => {
    if (request.service === 'git-receive-pack') {
      if (request.phase === 'advertise') return undefined;
      server.setFault(() => 500);
      return 'lose-answer';
    }
    return undefined;
  });
  await expect(append(open(), 'one')).rejects.toMatchObject({
    code: 'state/not-durable',
    evidence: { cause: 'unknown' },
  });
});

it('tells that it may not push: state/not-durable, no second try', async () => {
  for (const phase of ['advertise', 'exchange'] as const) {
    server.setFault((request) =>
      request.service === 'git-receive-pack' && request.phase === phase
        ? 403
        : undefined,
    );
    const before = server.requests.length;
    await expect(append(open(), 'one')).rejects.toMatchObject({
      code: 'state/not-durable',
      evidence: { cause: 'refused', attempts: 1 },
    });
    const pushes = server.requests
      .slice(before)
      .filter((request) => request.includes('service=git-receive-pack'));
    expect(pushes.length).toBeLessThanOrEqual(2);
  }
});

it('tells what a protected branch said', async () => {
  remote.install(
    'pre-receive',
    'echo "branch platform-state is protected" >&2; exit 1',
  );
  await expect(append(open(), 'one')).rejects.toMatchObject({
    code: 'state/not-durable',
    message: expect.stringContaining('branch platform-state is protected'),
    evidence: { cause: 'refused', attempts: 1 },
  });
});

it.each([
  [
    'Forgejo',
    'Forgejo: Not allowed to push to protected branch platform-state',
    [],
  ],
  [
    'GitHub, by a protected branch',
    'error: GH006: Protected branch update failed for refs/heads/platform-state.',
    ['', '- Changes must be made through a pull request.', ''],
  ],
  [
    'GitHub, by a ruleset',
    'error: GH013: Repository rule violations found for refs/heads/platform-state.',
    [
      'Review all repository rules at https://github.com/o/r/rules?ref=platform-state',
      ...['', '- Changes must be made through a pull request.'],
      ...['', '- Cannot update this protected ref.', ''],
    ],
  ],
])('tells that the branch is protected on %s', async (_, first, others) => {
  const told = [first, ...others].map((line) => `echo '${line}' >&2\n`);
  remote.install('pre-receive', `${told.join('')}exit 1`);
  await expect(append(open(), 'one')).rejects.toMatchObject({
    code: 'state/not-durable',
    message: expect.stringContaining(first),
    remedy: expect.stringContaining('state-ssh-key'),
    evidence: { cause: 'protected', attempts: 1 },
  });
});

it('works beside a default branch that is protected', async () => {
  remote.install(
    'pre-receive',
    'while read -r old new ref; do [ "$ref" = refs/heads/platform-state ] || exit 1; done',
  );
  await append(open(), 'one');
  expect(remote.show('state/log')).toBe('one');
});

it('stops at its bound when other writers always come first', async () => {
  await append(open(), 'one');
  await expect(
    remote.open({ clock: makeClock() }).commit({
      message: 'too slow',
      update: async () => {
        plantLine('other');
        return new Map([['state/mine', 'x']]);
      },
    }),
  ).rejects.toMatchObject({
    code: 'state/not-durable',
    evidence: { cause: 'conflict', attempts: 30 },
  });
  expect(remote.log()).toHaveLength(31);
});

it('tells that the server was left with a lock, and which one', async () => {
  await append(open(), 'one');
  const lock = join(remote.repository, `refs/heads/${STATE_BRANCH}.lock`);
  writeFileSync(lock, '');
  await expect(append(open(), 'two')).rejects.toMatchObject({
    code: 'state/not-durable',
    message: expect.stringContaining(`${STATE_BRANCH}.lock`),
    remedy: expect.stringContaining('.lock'),
    evidence: { cause: 'locked', attempts: 6 },
  });
  rmSync(lock);
  await append(open(), 'two');
  expect(remote.show('state/log')).toBe('one\ntwo');
});

it('tells that another branch has the name in its own', async () => {
  const side = `refs/heads/${STATE_BRANCH}/side`;
  const tree = plainGit(remote.repository, ['mktree'], '');
  const commit = plainGit(remote.repository, ['commit-tree', '-m', 'x', tree]);
  plainGit(remote.repository, ['update-ref', side, commit]);
  await expect(append(open(), 'one')).rejects.toMatchObject({
    code: 'state/not-durable',
    message: expect.stringContaining(side),
    evidence: { cause: 'refused', attempts: 1 },
  });
});

it('reads through a remote that stumbles, and tells when it cannot', async () => {
  await append(open(), 'one');
  failing(READ, [500, 'lose-answer', 'lose-request']);
  expect((await open().fetch()).list('')).toEqual(['state/log']);
  failing(READ, Array<GitHttpFault>(50).fill(502));
  await expect(open().fetch()).rejects.toMatchObject({
    code: 'state/unavailable',
    evidence: { cause: 'unknown' },
  });
});

it('takes an answer that was cut off for no answer', async () => {
  await append(open(), 'one');
  for (const at of [1, 2, 3, 4]) {
    let request = 0;
    server.setFault(() => {
      request += 1;
      return request === at ? 'cut-answer' : undefined;
    });
    const snapshot = await open().fetch();
    expect(await snapshot.read('state/log')).toBe('one\n');
  }
});

it('brings contents through a remote that stumbles', async () => {
  await append(open(), 'one');
  const snapshot = await open().fetch();
  failing(READ, [500, 'lose-answer', 'cut-answer']);
  expect(await snapshot.read('state/log')).toBe('one\n');
  const other = await open().fetch();
  failing(READ, Array<GitHttpFault>(50).fill(502));
  await expect(other.read('state/log')).rejects.toMatchObject({
    code: 'state/unavailable',
  });
});

it('refuses at once where the token is wrong or missing', async () => {
  for (const token of ['wrong', '']) {
    await expect(open(token).fetch()).rejects.toMatchObject({
      code: 'state/unavailable',
      evidence: { cause: 'refused' },
    });
  }
});

/** The push arrives, its answer does not, and then another writer comes. */
function loseAnswerBefore(line: string): void {
  let lost = false;
  server.setFault((request) => {
    if (lost) {
      server.setFault(undefined);
      plantLine(line);
      return undefined;
    }
    lost =
      request.service === 'git-receive-pack' && request.phase === 'exchange';
    return lost ? 'lose-answer' : undefined;
  });
}

/** Another writer, who needs no network. */
function plantLine(line: string): void {
  const [tip] = remote.log();
  const text = `${plainGit(remote.repository, ['show', `${tip}:state/log`])}\n${line}\n`;
  const folder = plainGit(
    remote.repository,
    ['mktree'],
    `100644 blob ${remote.writeBlob(text)}\tlog\n`,
  );
  remote.plant([`040000 tree ${folder}\tstate`], tip);
}

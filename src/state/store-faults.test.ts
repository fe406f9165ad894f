import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGitHttp } from '../../tests/support/git-http.ts';
import {
  makeStateRemote,
  plainGit,
  type StateRemote,
} from '../../tests/support/state-remote.ts';
import { systemClock } from '../adapters/clock.ts';
import { type Command, type Exec, systemExec } from '../adapters/exec.ts';
import { parseRemoteAddress } from '../adapters/git-remote.ts';
import type { StateStore } from './store.ts';

let remote: StateRemote;
beforeEach(() => {
  remote = makeStateRemote();
});
afterEach(() => remote.remove());

const append = (store: StateStore, line: string) =>
  store.commit({
    message: `append ${line}`,
    update: async (snapshot) => {
      const before = (await snapshot.read('state/log')) ?? '';
      return new Map([['state/log', `${before}${line}\n`]]);
    },
  });

const lines = () => remote.show('state/log').split('\n');

it('8 writers at once: every acknowledged write is there exactly once', async () => {
  const writers = Array.from({ length: 8 }, (_, index) => `writer-${index}`);
  await Promise.all(
    writers.map(async (writer) => {
      const store = remote.open();
      await append(store, `${writer}-a`);
      await append(store, `${writer}-b`);
    }),
  );
  expect(lines().sort()).toEqual(
    writers.flatMap((writer) => [`${writer}-a`, `${writer}-b`]),
  );
  expect(remote.log()).toHaveLength(16);
});

it('two writers of one line in one second are two writes', async () => {
  const count = (store: StateStore) =>
    store.commit({
      message: 'count',
      update: async (snapshot) => {
        const before = Number((await snapshot.read('state/count')) ?? '0');
        return new Map([['state/count', String(before + 1)]]);
      },
    });
  const now = new Date('2026-05-16T11:00:00Z');
  const clock = { ...systemClock, now: () => now, sleep: async () => {} };
  await Promise.all([1, 2, 3, 4].map(() => count(remote.open({ clock }))));
  expect(remote.show('state/count')).toBe('4');
});

it('commits of one store take turns', async () => {
  const store = remote.open();
  await Promise.all(['a', 'b', 'c'].map((line) => append(store, line)));
  expect(lines()).toEqual(['a', 'b', 'c']);
});

it('a writer killed at any step leaves the branch whole', async () => {
  await append(remote.open(), 'first');
  const writer = join(
    import.meta.dirname,
    '../../tests/support/state-writer.ts',
  );
  const folder = join(remote.root, 'killed');
  mkdirSync(folder);
  let step = 1;
  for (; ; step += 1) {
    const { signal, status, stderr } = spawnSync(
      process.execPath,
      [
        '--import',
        'tsx',
        writer,
        remote.repository,
        folder,
        `killed-${step}`,
        String(step),
      ],
      { encoding: 'utf8' },
    );
    const store = remote.open();
    await append(store, `after-${step}`);
    if (signal !== 'SIGKILL') {
      expect(stderr).toBe('');
      expect(status).toBe(0);
      break;
    }
  }
  expect(step).toBeGreaterThan(5);
  const written = lines();
  expect(new Set(written).size).toBe(written.length);
  for (let each = 1; each <= step; each += 1) {
    expect(written).toContain(`after-${each}`);
  }
  expect(written).toContain(`killed-${step}`);
  plainGit(remote.repository, ['fsck', '--strict']);
});

it('a push that arrives late is found, not made twice', async () => {
  await append(remote.open(), 'first');
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
      return {
        exitCode: undefined,
        stdout: Buffer.alloc(0),
        stderr: '',
        failure: 'timeout',
      };
    },
  };
  await append(remote.open({ exec }), 'late');
  expect(lines()).toEqual(['first', 'late']);
});

it('a clock that jumps by an hour ends no write early', async () => {
  let hours = 0;
  const now = () => {
    hours += 1;
    return new Date(Date.now() + hours * 3_600_000);
  };
  let pushes = 0;
  const exec: Exec = {
    run: (command) => {
      pushes += command.args.includes('push') ? 1 : 0;
      return command.args.includes('push') && pushes === 1
        ? systemExec.run({ ...command, timeoutMs: 1 })
        : systemExec.run(command);
    },
  };
  await append(remote.open({ exec, clock: { ...systemClock, now } }), 'late');
  expect(pushes).toBeGreaterThan(0);
  expect(lines()).toEqual(['late']);
});

it('survives that git itself is killed in the middle of a push', async () => {
  let pushes = 0;
  const exec: Exec = {
    run: (command) => {
      const isPush = command.args.includes('push');
      pushes += isPush ? 1 : 0;
      return isPush && pushes % 4 !== 0
        ? systemExec.run({ ...command, timeoutMs: 1 + pushes * 2 })
        : systemExec.run(command);
    },
  };
  for (const line of ['a', 'b', 'c', 'd']) {
    await append(remote.open({ exec }), line);
  }
  expect(lines()).toEqual(['a', 'b', 'c', 'd']);
});

it('env-canary: the token is in no argument, environment or kept file', async () => {
  const token = 'canary-0123456789abcdef';
  const server = await startGitHttp({ root: remote.root, token });
  const bin = join(remote.root, 'bin');
  const record = join(remote.root, 'record');
  mkdirSync(bin);
  const real = spawnSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' });
  const wrapper = join(bin, 'git');
  writeFileSync(
    wrapper,
    `#!/bin/sh\n{ echo "run $*"; env; } >> '${record}'\nexec ${real.stdout.trim()} "$@"\n`,
  );
  chmodSync(wrapper, 0o755);
  const canaries: Record<string, string> = {
    PATH: `${bin}:${process.env['PATH']}`,
    GITHUB_TOKEN: token,
    SSH_AUTH_SOCK: '/canary-agent',
    GIT_SSH: '/canary-ssh',
    GIT_TRACE_CURL: '1',
    NODE_OPTIONS: '--no-warnings',
  };
  const saved = Object.keys(canaries).map((name) => [name, process.env[name]]);
  Object.assign(process.env, canaries);
  try {
    const address = `${server.url}/platform.git`;
    await append(remote.open({ address, token }), 'one');
    await append(remote.open({ address, token }), 'two');
  } finally {
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name ?? ''];
      else process.env[name ?? ''] = value;
    }
    await server.close();
  }
  expect(lines()).toEqual(['one', 'two']);
  const recorded = readFileSync(record, 'utf8');
  expect(recorded).toContain('push --porcelain');
  for (const name of Object.keys(canaries).slice(1)) {
    expect(recorded).not.toContain(`\n${name}=`);
  }
  expect(recorded).not.toContain(token);
  expect(filesWith(join(remote.root, 'job'), token)).toEqual([]);
});

it.each([
  'ext::sh -c "touch ran"',
  'EXT::sh -c id',
  'fd::3',
  'file:///srv/platform.git',
  'File:///srv/platform.git',
  '--upload-pack=touch ran',
])('git-transport: %s is refused', (address) => {
  expect(() =>
    parseRemoteAddress(address, { allowLocalPath: true }),
  ).toThrowError(expect.objectContaining({ code: 'git/remote-refused' }));
});

it('git-transport: a local path is refused unless the caller allows it', () => {
  expect(() =>
    parseRemoteAddress(remote.repository, { allowLocalPath: false }),
  ).toThrowError(expect.objectContaining({ code: 'git/remote-refused' }));
});

/** Files outside credential files that hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/credential-'))
    .filter((path) => readFileSync(path).includes(text));
}

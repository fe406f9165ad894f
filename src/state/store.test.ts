import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  makeStateRemote,
  plainGit,
  STATE_BRANCH,
  type StateRemote,
} from '../../tests/support/state-remote.ts';
import { type Exec, systemExec } from '../adapters/exec.ts';
import type { StateStore } from './store.ts';

let remote: StateRemote;
beforeEach(() => {
  remote = makeStateRemote();
});
afterEach(() => remote.remove());

const put = (store: StateStore, files: Record<string, string | null>) =>
  store.commit({
    message: 'record',
    update: async () => new Map(Object.entries(files)),
  });

it('creates the branch as an orphan on first use', async () => {
  const store = remote.open();
  const before = await store.fetch();
  expect(before.commit).toBeUndefined();
  expect(before.list('')).toEqual([]);
  expect(await before.read('state/a.json')).toBeUndefined();
  const { commit, made } = await put(store, { 'state/a.json': 'one\n' });
  expect(made).toBe(true);
  expect(remote.log()).toEqual([commit]);
  expect(remote.show('state/a.json')).toBe('one');
});

it('signs with a fixed identity and leaves no name of this machine', async () => {
  await put(remote.open(), { 'state/a.json': 'one\n' });
  const format = ['log', '-1', '--format=%an <%ae> %cn <%ce> %cI %s'];
  expect(plainGit(remote.repository, [...format, STATE_BRANCH])).toMatch(
    /^(apply-gates <apply-gates@localhost> ){2}\S+(?:Z|\+00:00) record$/,
  );
});

it('writes, replaces and removes several files in one commit', async () => {
  await put(remote.open(), { 'state/a': 'a', 'state/b': 'b', 'state/c': 'c' });
  await put(remote.open(), {
    'state/a': 'A',
    'state/b': null,
    '.platform/state/modules/x.status.json': '{}',
  });
  const snapshot = await remote.open().fetch();
  expect(snapshot.list('')).toEqual([
    '.platform/state/modules/x.status.json',
    'state/a',
    'state/c',
  ]);
  expect([
    ...(await snapshot.readAll(['state/a', 'state/b', 'state/c'])),
  ]).toEqual([
    ['state/a', 'A'],
    ['state/c', 'c'],
  ]);
  expect(remote.log()).toHaveLength(2);
});

it('makes no commit where nothing changes', async () => {
  const store = remote.open();
  const first = await put(store, { 'state/a': 'a' });
  expect(
    await put(remote.open(), { 'state/a': 'a', 'state/z': null }),
  ).toMatchObject({ commit: first.commit, made: false });
  expect(await put(remote.open(), {})).toMatchObject({
    commit: first.commit,
    made: false,
  });
  expect(remote.log()).toHaveLength(1);
});

it('keeps texts as they are: empty, without newline, CRLF, any Unicode', async () => {
  const files = {
    'state/empty': '',
    'state/crlf': '\uFEFFa\r\nb\r\n\0',
    'state/unicode': '\u202eé😀\n',
    'state/percent': "M 100644 inline x\ndata 3\n$(id) 'quoted' \"\\\n",
  };
  await put(remote.open(), files);
  const snapshot = await remote.open().fetch();
  const read = await snapshot.readAll(Object.keys(files));
  expect(Object.fromEntries(read)).toEqual(files);
});

it('tells where the other branches of the remote stand', async () => {
  const tree = plainGit(remote.repository, ['mktree'], '');
  const main = plainGit(remote.repository, ['commit-tree', '-m', 'x', tree]);
  plainGit(remote.repository, ['update-ref', 'refs/heads/main', main]);
  const store = remote.open();
  expect([...(await store.fetch()).remoteHeads]).toEqual([
    ['refs/heads/main', main],
  ]);
  const { commit } = await put(store, { 'state/a': 'a' });
  expect((await store.fetch()).remoteHeads).toEqual(
    new Map([
      ['refs/heads/main', main],
      [`refs/heads/${STATE_BRANCH}`, commit],
    ]),
  );
});

it('runs the update again with what another writer recorded', async () => {
  await put(remote.open(), { 'state/log': 'first\n' });
  let calls = 0;
  await remote.open().commit({
    message: 'append',
    update: async (snapshot) => {
      calls += 1;
      const before = await snapshot.read('state/log');
      if (calls === 1) {
        await put(remote.open(), { 'state/log': 'first\nother\n' });
      }
      return new Map([['state/log', `${before}mine\n`]]);
    },
  });
  expect(calls).toBe(2);
  expect(remote.show('state/log')).toBe('first\nother\nmine');
});

it('resolves two creators at once', async () => {
  let calls = 0;
  const append = (name: string, race: () => Promise<unknown>) =>
    remote.open().commit({
      message: name,
      update: async (snapshot) => {
        calls += 1;
        if (calls === 1) await race();
        const before = (await snapshot.read('state/log')) ?? '';
        return new Map([['state/log', `${before}${name}\n`]]);
      },
    });
  await append('slow', () => append('quick', async () => {}));
  expect(remote.show('state/log')).toBe('quick\nslow');
  expect(remote.log()).toHaveLength(2);
});

it('fetches one commit, and only the contents that are read', async () => {
  for (const text of ['1', '2', '3']) {
    await put(remote.open(), { 'state/a': text, [`state/${text}`]: text });
  }
  const store = remote.open();
  const snapshot = await store.fetch();
  const scratch = findScratch();
  // One commit, its root and one folder; then one content.
  expect(objectCount(scratch)).toBe(3);
  expect(await snapshot.read('state/a')).toBe('3');
  expect(objectCount(scratch)).toBe(4);
  await put(store, { 'state/b': 'b' });
  expect(remote.log()).toHaveLength(4);
});

it('works where the server does not know filters', async () => {
  plainGit(remote.repository, ['config', 'uploadpack.allowFilter', 'false']);
  await put(remote.open(), { 'state/a': 'a', 'state/b': 'b' });
  const store = remote.open();
  const snapshot = await store.fetch();
  expect(await snapshot.read('state/a')).toBe('a');
  await put(store, { 'state/a': 'A' });
  expect(remote.show('state/b')).toBe('b');
});

it('works where the server filters but hands out no single objects', async () => {
  plainGit(remote.repository, ['config', 'protocol.version', '0']);
  await put(remote.open(), { 'state/a': 'a', 'state/b': 'b' });
  let calls = 0;
  await remote.open({ exec: speaksProtocol0() }).commit({
    message: 'again',
    update: async (snapshot) => {
      calls += 1;
      const text = await snapshot.read('state/a');
      if (calls === 1) await put(remote.open(), { 'state/a': 'other' });
      return new Map([['state/a', `${text}!`]]);
    },
  });
  expect(remote.show('state/a')).toBe('other!');
});

it("writes to a person's own checkout without running its hooks", async () => {
  const checkout = join(remote.root, 'checkout');
  plainGit(remote.root, ['init', '--quiet', checkout]);
  const hooks = join(checkout, '.git', 'hooks');
  mkdirSync(hooks, { recursive: true });
  for (const name of ['pre-receive', 'update', 'post-receive']) {
    writeFileSync(join(hooks, name), '#!/bin/sh\ntouch ran; exit 1\n', {
      mode: 0o755,
    });
  }
  await put(remote.open({ address: checkout }), { 'state/a': 'a' });
  expect(plainGit(checkout, ['show', `${STATE_BRANCH}:state/a`])).toBe('a');
  expect(readdirSync(checkout)).toEqual(['.git']);
  expect(readdirSync(join(checkout, '.git'))).not.toContain('ran');
  expect(plainGit(checkout, ['status', '--porcelain'])).toBe('');
});

it('refuses a change that no caller may ask for', async () => {
  for (const path of ['modules/x', 'state/../x', 'state/.git', 'state/a b']) {
    await expect(put(remote.open(), { [path]: 'x' })).rejects.toThrow(
      TypeError,
    );
  }
  await put(remote.open(), { 'state/a': 'x' });
  await expect(put(remote.open(), { 'state/a/b': 'x' })).rejects.toThrow(
    TypeError,
  );
  expect(remote.log()).toHaveLength(1);
});

/** The scratch repository of the store that was opened last. */
function findScratch(): string {
  const job = join(remote.root, 'job');
  const scratches = readdirSync(job).flatMap((store) =>
    readdirSync(join(job, store)).map((name) => join(job, store, name)),
  );
  const used = scratches.filter((path) =>
    readdirSync(path).includes('shallow'),
  );
  expect(used.length).toBeGreaterThan(0);
  return used.reduce((newest, path) =>
    statSync(path).ctimeMs > statSync(newest).ctimeMs ? path : newest,
  );
}

/** Objects that are really here, in packs or loose. */
function objectCount(repository: string): number {
  const counted = plainGit(repository, ['count-objects', '-v']);
  const number = (name: string) =>
    Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(counted)?.[1]);
  return number('count') + number('in-pack');
}

/** As over an sshd that does not hand on GIT_PROTOCOL. */
function speaksProtocol0(): Exec {
  return {
    run: (command) =>
      systemExec.run({
        ...command,
        args: command.args.map((argument) =>
          argument === 'protocol.version=2' ? 'protocol.version=0' : argument,
        ),
      }),
  };
}

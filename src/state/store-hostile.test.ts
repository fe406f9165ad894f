import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeStateRemote,
  plainGit,
  STATE_BRANCH,
  type StateRemote,
} from '../../tests/support/state-remote.ts';
import { readStatuses } from './status-store.ts';

let remote: StateRemote;
beforeEach(() => {
  remote = makeStateRemote();
});
afterEach(() => remote.remove());

const put = (path: string, text: string) =>
  remote.open().commit({
    message: 'record',
    update: async () => new Map([[path, text]]),
  });

/** Plants one entry below `state/`. */
function plantInside(entry: string): string {
  const folder = plainGit(
    remote.repository,
    ['mktree', '--missing'],
    `${entry}\n`,
  );
  return remote.plant([`040000 tree ${folder}\tstate`]);
}

const SOME_COMMIT = '1'.repeat(40);

describe('a branch that is not ours is refused and left as it is', () => {
  const blob = () => remote.writeBlob('content');
  it.each<[string, () => string]>([
    ['a symlink', () => plantInside(`120000 blob ${blob()}\tlink`)],
    ['a submodule', () => plantInside(`160000 commit ${SOME_COMMIT}\tmodule`)],
    ['a .git folder', () => plantInside(`100644 blob ${blob()}\t.git`)],
    ['a dot-dot name', () => plantInside(`100644 blob ${blob()}\t..`)],
    ['__proto__', () => plantInside(`100644 blob ${blob()}\t__proto__`)],
    ['bidi marks', () => plantInside(`100644 blob ${blob()}\ta\u202eb`)],
    ['a space', () => plantInside(`100644 blob ${blob()}\ta b`)],
    [
      'a file of its own',
      () => remote.plant([`100644 blob ${blob()}\tREADME`]),
    ],
    [
      'a file where our folder is',
      () => remote.plant([`100644 blob ${blob()}\tstate`]),
    ],
  ])('%s', async (_name, plant) => {
    const planted = plant();
    await expect(remote.open().fetch()).rejects.toMatchObject({
      code: 'state/malformed',
    });
    await expect(put('state/a', 'a')).rejects.toMatchObject({
      code: 'state/malformed',
    });
    expect(remote.log()).toEqual([planted]);
  });

  it('a merge', async () => {
    const parents = [remote.plant([]), remote.plant([])];
    const tree = plainGit(remote.repository, ['mktree'], '');
    const args = parents.flatMap((parent) => ['-p', parent]);
    const other = plainGit(remote.repository, [
      'commit-tree',
      '-m',
      'other',
      tree,
    ]);
    const merge = plainGit(remote.repository, [
      'commit-tree',
      ...args,
      '-p',
      other,
      '-m',
      'merge',
      tree,
    ]);
    const ref = `refs/heads/${STATE_BRANCH}`;
    plainGit(remote.repository, ['update-ref', ref, merge]);
    await expect(put('state/a', 'a')).rejects.toMatchObject({
      code: 'state/malformed',
    });
    expect(remote.log()[0]).toBe(merge);
  });

  it('the tip of another branch', async () => {
    const planted = remote.plant([]);
    plainGit(remote.repository, ['update-ref', 'refs/heads/main', planted]);
    await expect(put('state/a', 'a')).rejects.toMatchObject({
      code: 'state/malformed',
    });
    expect(remote.log()).toEqual([planted]);
  });
});

it('force-pushed back, deleted and recreated: refused while it is in use', async () => {
  await put('state/a', 'one');
  const first = remote.log()[0] ?? '';
  await put('state/a', 'two');
  const store = remote.open();
  await store.fetch();
  const ref = `refs/heads/${STATE_BRANCH}`;
  const moves = [
    () => plainGit(remote.repository, ['update-ref', ref, first]),
    () => plainGit(remote.repository, ['update-ref', '-d', ref]),
    () => remote.plant([]),
  ];
  for (const move of moves) {
    move();
    await expect(
      store.commit({
        message: 'record',
        update: async () => new Map([['state/b', 'b']]),
      }),
    ).rejects.toMatchObject({ code: 'state/malformed' });
  }
});

it('refuses to read a huge file, and still reads the others', async () => {
  const huge = remote.writeBlob(Buffer.alloc(17 * 1024 * 1024));
  plantInside(`100644 blob ${huge}\thuge`);
  const snapshot = await remote.open().fetch();
  await expect(snapshot.read('state/huge')).rejects.toMatchObject({
    code: 'state/malformed',
    evidence: { path: 'state/huge' },
  });
  await put('state/a', 'a');
  const after = await remote.open().fetch();
  expect(await after.read('state/a')).toBe('a');
});

it('refuses a file that is not UTF-8', async () => {
  plantInside(`100644 blob ${remote.writeBlob(Buffer.from([0xff]))}\tlatin`);
  const snapshot = await remote.open().fetch();
  await expect(snapshot.read('state/latin')).rejects.toMatchObject({
    code: 'state/malformed',
  });
});

it('tells the file that is no status, never "never applied"', async () => {
  const path = '.platform/state/modules/uptime-kuma.status.json';
  await put(path, '{"module": ');
  await expect(readStatuses(await remote.open().fetch())).rejects.toMatchObject(
    {
      code: 'state/malformed',
      evidence: { path },
    },
  );
});

it('refuses a remote that is no repository', async () => {
  const store = remote.open({ address: `${remote.root}/missing.git` });
  await expect(store.fetch()).rejects.toMatchObject({
    code: 'state/unavailable',
  });
});

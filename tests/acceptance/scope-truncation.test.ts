import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { expectRefusal } from '../support/expect-refusal.ts';
import { pushEvent } from '../support/forge-events.ts';
import { type Lane, openLane, type RunOptions } from '../support/lane.ts';

let lane: Lane;
afterEach(() => lane.close());

const files = (count: number, folder = 'modules/web') =>
  Object.fromEntries(
    Array.from({ length: count }, (_each, index) => [
      `${folder}/file-${index}`,
      'content',
    ]),
  );

describe('scope-truncation: over a limit nothing is applied', () => {
  it('scope-truncation: changed files', async () => {
    const limits = { max_changed_files: 5 };
    lane = await openLane({ modules: { web: {} }, policy: { limits } });
    const few = await lane.push(files(5));
    expect(few.codes).toMatchObject({ apply: 'apply/applied' });
    const many = files(6, 'modules/web/more');
    await expectRefusal(lane, () => lane.push(many), [
      'scope',
      'scope/too-many-files',
    ]);
  });

  it('scope-truncation: deleted files', async () => {
    const limits = { max_deleted_files: 2 };
    lane = await openLane({ modules: { web: {} }, policy: { limits } });
    await lane.push(files(3));
    const gone = Object.fromEntries(
      Object.keys(files(3)).map((path) => [path, null]),
    );
    await expectRefusal(lane, () => lane.push(gone), [
      'scope',
      'scope/too-many-files',
    ]);
  });

  it('scope-truncation: modules', async () => {
    const limits = { max_modules: 1 };
    const modules = { web: {}, shop: {} };
    lane = await openLane({ modules, policy: { limits } });
    const { module } = lane.platform;
    const both = {
      ...module('web', { version: '2' }),
      ...module('shop', { version: '2' }),
    };
    await expectRefusal(lane, () => lane.push(both), [
      'scope',
      'scope/too-many-modules',
    ]);
  });
});

/** A checkout of one commit, as people make who forget the history. */
const shallow: RunOptions = {
  beforeStep: (id, { workspace }) => {
    if (id !== 'scope') return;
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-C', workspace, ...args], { encoding: 'utf8' });
    const head = git('rev-parse', 'HEAD').trim();
    const url = git('remote', 'get-url', 'origin').trim();
    rmSync(join(workspace, '.git'), { recursive: true });
    git('init', '--quiet', '--initial-branch', 'main');
    git('remote', 'add', 'origin', url);
    const from = `file://${lane.platform.remote}`;
    git('fetch', '--quiet', '--depth=1', from, head);
    git('checkout', '--quiet', '--force', '-B', 'main', head);
    git('update-ref', 'refs/remotes/origin/main', head);
  },
};

describe('scope-truncation: a shallow checkout', () => {
  it('scope-truncation: is completed, so that no change is missed', async () => {
    lane = await openLane({ modules: { web: {}, shop: {} } });
    const { module } = lane.platform;
    const { before } = lane.commit(module('web', { version: '2' }));
    const { after } = lane.commit(module('shop', { version: '2' }));
    const run = await lane.run(pushEvent(before, after), shallow);
    expect(run.outputs('scope')['eligible']).toBe('["shop","web"]');
    expect(run.codes).toMatchObject({ apply: 'apply/applied' });
  });

  it('scope-truncation: that cannot be completed is refused', async () => {
    lane = await openLane({ modules: { web: {} } });
    const event = lane.commit(lane.platform.module('web', { version: '2' }));
    const before = lane.listHost();
    const run = await lane.run(pushEvent(event.before, event.after), {
      beforeStep: async (id, job) => {
        await shallow.beforeStep?.(id, job);
        if (id === 'scope') lane.forge.setFault(() => 503);
      },
    });
    expect(run.exitCode).toBe(3);
    expect(run.codes).toEqual({
      scope: expect.stringMatching(
        /^(?:git|state|scope)\/(?:unavailable|no-merge-base)$/,
      ),
      report: 'report/refused',
      artifact: 'artifact/unavailable',
    });
    expect(lane.listHost()).toEqual(before);
  });
});

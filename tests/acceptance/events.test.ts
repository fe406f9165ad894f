import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dispatchEvent,
  otherEvent,
  pullRequestEvent,
  pushEvent,
} from '../support/forge-events.ts';
import { type Lane, openLane } from '../support/lane.ts';

let lane: Lane;
let head: { before: string; after: string };
beforeEach(async () => {
  lane = await openLane({ modules: { web: {} } });
  head = lane.commit(lane.platform.module('web', { version: '2' }));
  const { git, remote } = lane.platform;
  git('-C', remote, 'update-ref', 'refs/pull/3/head', head.after);
});
afterEach(() => lane.close());

describe('event-gate', () => {
  it.each([
    'pull_request_target',
    'pull_request_comment',
    'issue_comment',
    'schedule',
    'release',
    'PUSH',
  ])('event-gate: %s never applies', async (name) => {
    const before = lane.listHost();
    const event =
      name === 'pull_request_target'
        ? pullRequestEvent(head.before, head.after, { name })
        : otherEvent(name, head.after);
    const run = await lane.run(event);
    expect(run.status).toBe('failure');
    expect(run.codes).toMatchObject({ scope: 'scope/event-not-supported' });
    expect(run.codes).not.toHaveProperty('apply');
    expect(lane.listHost()).toEqual(before);
  });

  it.each([false, true])(
    'event-gate: a pull request (fork: %s) never applies',
    async (fork) => {
      const before = lane.listHost();
      const run = await lane.run(
        pullRequestEvent(head.before, head.after, { fork }),
      );
      expect(run.codes['apply'] ?? 'none').not.toMatch(/applied|noop/);
      expect(lane.listHost()).toEqual(before);
      expect(lane.status('web')).toBeUndefined();
    },
  );

  it('event-gate: a push to another branch never applies', async () => {
    const before = lane.listHost();
    lane.platform.git('push', '--quiet', 'origin', 'HEAD:refs/heads/other');
    const run = await lane.run(
      pushEvent(head.before, head.after, 'refs/heads/other'),
    );
    expect(run.codes).toMatchObject({ scope: 'scope/wrong-ref' });
    expect(lane.listHost()).toEqual(before);
  });
});

describe('dispatch-forged', () => {
  it.each([' true', '1', 'yes', 'true\nfalse'])(
    'dispatch-forged: allow_stateful %j arms nothing',
    async (allow_stateful) => {
      const before = lane.listHost();
      const inputs = { ...lane.armed('guestbook'), allow_stateful };
      const run = await lane.dispatch(inputs);
      expect(run.exitCode).toBe(4);
      expect(run.codes).toMatchObject({ scope: 'scope/stateful' });
      expect(run.codes).not.toHaveProperty('apply');
      expect(lane.listHost()).toEqual(before);
    },
  );

  it('dispatch-forged: TRUE, which an expression takes for true, arms nothing', async () => {
    const before = lane.listHost();
    const inputs = { ...lane.armed('guestbook'), allow_stateful: 'TRUE' };
    const run = await lane.dispatch(inputs);
    expect(run.exitCode).toBe(2);
    expect(run.codes).toMatchObject({ stateful: 'input/malformed' });
    expect(run.codes).not.toHaveProperty('apply');
    expect(lane.listHost()).toEqual(before);
  });

  it.each(['1', 'yes', 'True'])(
    'dispatch-forged: allow_stateful %j is refused for a stateless module too',
    async (allow_stateful) => {
      const run = await lane.dispatch({ module: 'web', allow_stateful });
      expect(run.exitCode).toBe(2);
      expect(run.codes).toMatchObject({ stateful: 'input/malformed' });
      expect(lane.platform.running('web')).toBeUndefined();
    },
  );

  it.each([
    { approved: 'true', force: 'true', sha: 'f'.repeat(40) },
    { backup_ref: '/x', stateful_confirm: 'apply guestbook' },
  ])('dispatch-forged: %o releases no stateful module', async (inputs) => {
    const run = await lane.dispatch({ ...inputs, module: 'guestbook' });
    expect(run.exitCode).toBe(4);
    expect(run.codes).toMatchObject({ scope: 'scope/stateful' });
  });

  it('dispatch-forged: claims of approval leave a decision as it is', async () => {
    const claims = {
      approved: 'true',
      approved_sha: head.after,
      force: 'true',
    };
    const run = await lane.dispatch({ ...claims, module: 'web' });
    expect(run.codes).toMatchObject({ apply: 'apply/applied' });
  });

  it('dispatch-forged: from a branch that is not the default one it is refused', async () => {
    const { git } = lane.platform;
    git('checkout', '--quiet', '-b', 'side');
    git('commit', '--quiet', '--allow-empty', '--message', 'not merged');
    git('push', '--quiet', 'origin', 'HEAD:refs/heads/side');
    const sha = git('rev-parse', 'HEAD');
    git('checkout', '--quiet', 'main');
    const before = lane.listHost();
    for (const ref of [
      'refs/heads/side',
      'refs/tags/main',
      'refs/heads/main',
    ]) {
      const inputs = { module: 'web', allow_stateful: 'true' };
      const event = dispatchEvent(sha, inputs, ref);
      const run = await lane.run({ ...event, ref: 'refs/heads/side' });
      expect(run.exitCode).toBe(4);
      expect(run.codes).not.toHaveProperty('apply');
    }
    expect(lane.listHost()).toEqual(before);
  });

  it.each([
    'nobody',
    '../../etc',
    '--help',
    '$(id)',
    '__proto__',
    'web\nsite',
    'wеb',
  ])('dispatch-forged: the module %j is refused as it is', async (module) => {
    const before = lane.listHost();
    const run = await lane.dispatch({ module });
    expect(run.exitCode).toBe(2);
    expect(run.codes['scope']).toMatch(
      /^(?:scope\/unknown-module|input\/malformed)$/,
    );
    expect(lane.listHost()).toEqual(before);
  });
});

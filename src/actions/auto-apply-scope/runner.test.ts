import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type GitHttpServer,
  startGitHttp,
} from '../../../tests/support/git-http.ts';
import type { Platform } from '../../../tests/support/platform.ts';
import {
  makeScopePlatform,
  pushOf,
  recordApplied,
  runScope,
} from '../../../tests/support/scope-run.ts';
import { dispatchEvent, makeStepRun } from '../../../tests/support/step-run.ts';
import type { LaneEvent } from '../../model/event.ts';
import type { RawInputs } from '../step.ts';

const TOKEN = 'token-of-the-job';

// Five commits on main, the first of which was applied; the forge is reached
// over HTTP, as from a runner.
let platform: Platform;
let forge: GitHttpServer;
const line: string[] = [];
let count = 0;

beforeAll(async () => {
  platform = makeScopePlatform();
  platform.git(
    '-C',
    platform.remote,
    'config',
    'uploadpack.allowAnySHA1InWant',
    'true',
  );
  line.push(platform.git('rev-parse', 'HEAD'));
  await recordApplied(platform, ['site', 'feed']);
  for (const [id, text] of [
    ['feed', '2'],
    ['site', '2'],
    ['feed', '3'],
    ['feed', '4'],
  ] as const) {
    line.push(platform.commit({ [`modules/${id}/content`]: text }));
  }
  forge = await startGitHttp({ root: platform.root, token: TOKEN });
});

afterAll(async () => {
  await forge.close();
  platform.close();
});

/** Clones as a runner does, to a depth, and runs scope in the clone. */
async function runInClone(
  event: LaneEvent,
  settings: {
    readonly depth?: number;
    readonly branch?: string;
    readonly inputs?: RawInputs;
    readonly url?: string;
  } = {},
) {
  count += 1;
  const workspace = join(platform.root, `clone-${count}`);
  const { depth, branch = 'main', url = forge.url } = settings;
  platform.git(
    ...['clone', '-q', '--no-local', '-b', branch],
    ...(depth === undefined ? [] : [`--depth=${depth}`]),
    ...[`file://${platform.remote}`, workspace],
  );
  const { context } = makeStepRun(platform, event).ports;
  return runScope(
    platform,
    event,
    { token: TOKEN, ...settings.inputs },
    {
      context: {
        ...context,
        flavour: 'forgejo',
        workspace,
        remoteAddress: `${url}/remote.git`,
      },
    },
  );
}

const at = (index: number) => line.at(index) ?? '';

describe('in a runner', () => {
  it.each([undefined, 1, 2, 3])(
    'scope-truncation: a clone of depth %s sees the same range',
    async (depth) => {
      const settings = depth === undefined ? {} : { depth };
      const found = await runInClone(pushOf(at(1), at(4)), settings);
      expect(found).toMatchObject({
        code: 'scope/eligible',
        eligible: ['feed', 'site'],
      });
      expect(found.verdict.evidence['paths']).toMatchObject({ looked_at: 2 });
    },
  );

  it('a shallow clone brings what was last applied on a dispatch', async () => {
    expect(await runInClone(dispatchEvent(at(4)), { depth: 1 })).toMatchObject({
      eligible: ['feed', 'site'],
    });
  });

  it('scope-truncation: where nothing can be fetched there is no range', async () => {
    expect(
      await runInClone(pushOf(at(1), at(4)), {
        depth: 1,
        inputs: { token: 'wrong' },
      }),
    ).toMatchObject({ code: 'scope/no-merge-base', exit: 3 });
  });

  it('a state branch that cannot be read is never an empty one', async () => {
    expect(
      await runInClone(pushOf(at(3), at(4)), { inputs: { token: 'wrong' } }),
    ).toMatchObject({ code: 'state/unavailable', exit: 3 });
  });

  it.each([undefined, 1])(
    'superseded: a run of an older commit, depth %s',
    async (depth) => {
      platform.git('push', '-q', 'origin', `${at(3)}:refs/heads/older`);
      const settings = depth === undefined ? {} : { depth };
      expect(
        await runInClone(pushOf(at(2), at(3)), {
          ...settings,
          branch: 'older',
        }),
      ).toMatchObject({ code: 'scope/superseded', exit: 0, eligible: [] });
    },
  );

  it('history-rewritten: the default branch was set back', async () => {
    platform.git('push', '-q', '-f', 'origin', `${at(3)}:refs/heads/main`);
    platform.git('push', '-q', '-f', 'origin', `${at(4)}:refs/heads/newest`);
    const found = await runInClone(pushOf(at(3), at(4)), { branch: 'newest' });
    platform.git('push', '-q', '-f', 'origin', `${at(4)}:refs/heads/main`);
    expect(found).toMatchObject({ code: 'scope/history-rewritten', exit: 4 });
  });

  it('git-transport: an address that runs code is refused', async () => {
    for (const url of ['ext::sh -c id', 'EXT::x', 'fd::3', 'file:///tmp']) {
      expect(await runInClone(pushOf(at(3), at(4)), { url })).toMatchObject({
        code: 'git/remote-refused',
        exit: 2,
      });
    }
  });
});

describe('what inputs may say', () => {
  const push = () => pushOf(at(3), at(4));

  it.each([
    ['event-name', () => 'push'],
    ['base', () => at(3)],
    ['head', () => at(4)],
  ])('%s may repeat the event', async (input, value) => {
    expect(
      await runInClone(push(), { inputs: { [input]: value() } }),
    ).toMatchObject({ code: 'scope/eligible' });
  });

  it.each([
    ['event-name', () => 'workflow_dispatch'],
    ['base', () => at(4)],
    ['head', () => at(3)],
  ])('dispatch-forged: %s may not say something else', async (input, value) => {
    expect(
      await runInClone(push(), { inputs: { [input]: value() } }),
    ).toMatchObject({ code: 'input/disagrees-with-event', exit: 2 });
  });

  it.each([
    ['on-blocked', 'REPORT'],
    ['on-blocked', 'true'],
    ['module', 'Site'],
    ['module', 'site;id'],
    ['module', '../book'],
    ['base', 'main'],
    ['head', '--upload-pack=x'],
    ['policy', '../gates.yaml'],
    ['working-directory', '/etc'],
  ])('dispatch-forged: %s = %j is refused', async (input, value) => {
    const event = dispatchEvent(at(4));
    expect(
      await runInClone(event, { inputs: { [input]: value } }),
    ).toMatchObject({ code: 'input/malformed', exit: 2 });
  });

  it('a push cannot ask for one module', async () => {
    expect(
      await runInClone(push(), { inputs: { module: 'site' } }),
    ).toMatchObject({ code: 'input/malformed', exit: 2 });
  });

  it.each([
    'refs/heads/change',
    'refs/tags/main',
    'refs/heads/main/../main',
    'main',
    'refs/pull/3/head',
  ])('dispatch-forged: a dispatch from %s is refused', async (ref) => {
    const event = { ...dispatchEvent(at(4)), ref } as LaneEvent;
    expect(await runInClone(event)).toMatchObject({
      code: 'scope/wrong-ref',
      exit: 4,
    });
  });

  it('base changes what a dispatch looks at, never its policy', async () => {
    const found = await runInClone(dispatchEvent(at(4)), {
      inputs: { base: at(3) },
    });
    expect(found.verdict.evidence).toMatchObject({
      base: at(3),
      trusted: at(4),
      paths: { looked_at: 1 },
    });
  });
});

describe('events', () => {
  it.each([
    'pull_request_target',
    'issue_comment',
    'schedule',
    'repository_dispatch',
    'workflow_run',
    '',
  ])('event-gate: %j never applies anything', async (event) => {
    expect(
      await runInClone({ name: 'other', event, defaultBranch: 'main' }),
    ).toMatchObject({
      code: 'scope/event-not-supported',
      exit: 4,
      eligible: [],
    });
  });

  it('event-gate: a push that deletes the branch', async () => {
    expect(await runInClone(pushOf(at(4), '0'.repeat(40)))).toMatchObject({
      code: 'scope/event-not-supported',
      exit: 4,
    });
  });

  it('a pull request is compared with where it left the base branch', async () => {
    platform.git('checkout', '-q', '-b', 'change', at(2));
    platform.git('rm', '-q', '-r', 'modules/site');
    platform.git('commit', '-q', '-m', 'change');
    platform.git('push', '-q', 'origin', 'HEAD:refs/heads/change');
    const head = platform.git('rev-parse', 'HEAD');
    platform.git('checkout', '-q', 'main');
    const event: LaneEvent = {
      ...{ name: 'pull_request', number: 3, base: at(4), head },
      ...{ baseRef: 'main', fork: true, defaultBranch: 'main' },
    };
    for (const depth of [undefined, 1]) {
      const settings = depth === undefined ? {} : { depth };
      const found = await runInClone(event, { ...settings, branch: 'change' });
      expect(found).toMatchObject({
        blocked: ['site scope/module-removed'],
        eligible: [],
      });
      expect(found.verdict.evidence).toMatchObject({
        base: at(2),
        trusted: at(4),
      });
    }
    expect(await runInClone({ ...event, baseRef: 'release' })).toMatchObject({
      code: 'scope/wrong-ref',
    });
  });

  it('no common history is no range', async () => {
    platform.git('checkout', '-q', '--orphan', 'alone');
    platform.git('commit', '-q', '-m', 'alone');
    platform.git('push', '-q', 'origin', 'HEAD:refs/heads/alone');
    const head = platform.git('rev-parse', 'HEAD');
    platform.git('checkout', '-q', 'main');
    expect(
      await runInClone({
        ...{ name: 'pull_request', number: 3, base: at(4), head },
        ...{ baseRef: 'main', fork: false, defaultBranch: 'main' },
      }),
    ).toMatchObject({ code: 'scope/no-merge-base', exit: 3 });
  });
});

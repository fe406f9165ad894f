import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ForgeApi,
  makeForgeApi,
  type ScriptedPull,
} from '../../../tests/support/forge-api.ts';
import {
  type GitHttpServer,
  startGitHttp,
} from '../../../tests/support/git-http.ts';
import { ActionError } from '../../model/errors.ts';
import type { Forge } from './forge.ts';
import { openForge } from './open-forge.ts';

const REPOSITORY = 'acme/platform';
const sha = (digit: string) => digit.repeat(40);
const FLAVOURS = ['forgejo', 'gitea', 'github'] as const;
const clock = {
  now: () => new Date(0),
  elapsed: () => 0,
  sleep: async () => {},
};

let api: ForgeApi;
let server: GitHttpServer;
beforeAll(async () => {
  server = await startGitHttp({
    root: '/nowhere',
    route: (request) => api.route(request),
  });
});
afterAll(() => server.close());
beforeEach(() => {
  api = makeForgeApi(REPOSITORY, 'tok');
});

function open(
  flavour: (typeof FLAVOURS)[number],
  token: string | undefined = 'tok',
): Promise<Forge> {
  const version = flavour === 'github' ? 'v3' : 'v1';
  const context = {
    flavour,
    repository: REPOSITORY,
    apiUrl: `${server.url}/api/${version}`,
  };
  return openForge({ context, clock, token, limits: { attempts: 1 } });
}

function pull(over: Partial<ScriptedPull> = {}): ScriptedPull {
  return {
    number: 142,
    author: 'ada',
    base: 'main',
    headRef: 'change',
    head: sha('a'),
    mergeCommit: sha('b'),
    mergedBy: 'bob',
    mergeBase: sha('c'),
    brought: [],
    reviews: [],
    pushes: [],
    ...over,
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    (value) => value,
    (reason: unknown) => reason,
  );
  return error instanceof ActionError ? error.code : JSON.stringify(error);
}

describe.each(FLAVOURS)('%s', (flavour) => {
  it.each([
    ['over', flavour === 'github' ? 'completed' : 'cancelled', '3'],
    ['going', flavour === 'github' ? 'in_progress' : 'running', '3'],
    // The id of another run, or of one of another forge.
    ['unknown', 'completed', '4'],
  ])('says that a run is %s', async (told, status, number) => {
    api.state.runs.set('1003', { number: 3, status });
    const forge = await open(flavour);
    const run = { id: '1003', number, attempt: '1' };
    expect(await forge.readRun(run)).toBe(told);
    expect(await forge.readRun({ ...run, id: '../pulls/1' })).toBe('unknown');
    expect(await forge.readRun({ ...run, id: '9' })).toBe('unknown');
  });

  it('finds the pull request that a commit was merged by', async () => {
    api.state.pulls.push(pull(), pull({ number: 7, mergeCommit: null }));
    const forge = await open(flavour);
    const [found, ...others] = await forge.findMerged(sha('b'));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      number: 142,
      author: { login: 'ada', machine: false },
      merged: true,
      mergedBy: { login: 'bob', machine: false },
      mergeCommit: sha('b'),
      base: { ref: 'main', repository: REPOSITORY },
      head: { ref: 'change', sha: sha('a') },
    });
    expect(await forge.findMerged(sha('d'))).toEqual([]);
    expect(await forge.readPull(7)).toMatchObject({
      merged: false,
      mergeCommit: undefined,
    });
    expect(await forge.readPull(8)).toBeUndefined();
  });

  it('knows its own automation', async () => {
    const bot = flavour === 'github' ? 'renovate[bot]' : 'forgejo-actions';
    api.state.pulls.push(pull({ mergedBy: bot }));
    const [found] = await (await open(flavour)).findMerged(sha('b'));
    expect(found?.mergedBy).toEqual({ login: bot, machine: true });
  });

  it('reads every review of a long list, in order', async () => {
    const reviews = Array.from({ length: 230 }, (_, index) => ({
      login: `p${index}`,
      state: index % 2 ? 'APPROVED' : 'REQUEST_CHANGES',
      commit: sha('a'),
    }));
    api.state.pulls.push(pull({ reviews }));
    const found = await (await open(flavour)).listReviews(142);
    expect(
      found.map(({ author, state }) => `${author?.login} ${state}`),
    ).toEqual(
      reviews.map(
        ({ login, state }) =>
          `${login} ${state === 'APPROVED' ? 'approved' : 'changes-requested'}`,
      ),
    );
  });

  it('takes no word that it does not know for an approval', async () => {
    const words = ['', 'LGTM', 'approved', 'PENDING', 'REQUEST_REVIEW'];
    const reviews = words.map((state) => ({ login: 'x', state, commit: '' }));
    api.state.pulls.push(pull({ reviews }));
    const found = await (await open(flavour)).listReviews(142);
    expect(
      found.every(({ state }) => ['none', 'unknown'].includes(state)),
    ).toBe(true);
  });

  it('reads every status', async () => {
    const names = Array.from({ length: 130 }, (_, index) => `check ${index}`);
    const states = new Map(names.map((name) => [name, 'success']));
    states.set('check 129', 'warning').set('check 128', 'pending');
    api.state.statuses.set(sha('a'), states);
    const found = await (await open(flavour)).listChecks(sha('a'));
    expect(found).toHaveLength(130);
    expect(found.slice(-2)).toEqual([
      { name: 'check 128', state: 'pending' },
      { name: 'check 129', state: 'failure' },
    ]);
    expect(await (await open(flavour)).listChecks(sha('e'))).toEqual([]);
  });

  it('tells who pushed last', async () => {
    const forge = await open(flavour);
    const never = pull();
    const pushed = pull({
      number: 143,
      pushes: [
        { login: 'bob', commit: sha('d') },
        { login: 'eve', commit: sha('a') },
      ],
    });
    api.state.pulls.push(never);
    const [one] = await forge.findMerged(sha('b'));
    expect(one && (await forge.findLastPushers(one, sha('a')))).toEqual([
      'ada',
    ]);
    api.state.pulls.splice(0, 1, pushed);
    const [other] = await forge.findMerged(sha('b'));
    expect(other && (await forge.findLastPushers(other, sha('a')))).toEqual([
      'eve',
    ]);
    expect(
      other && (await forge.findLastPushers(other, sha('9'))),
    ).toBeUndefined();
  });

  it('writes, finds and edits a comment', async () => {
    const forge = await open(flavour);
    const { id } = await forge.addComment(142, 'first');
    await forge.addComment(9, 'elsewhere');
    await forge.editComment(id, 'second');
    expect(await forge.listComments(142)).toMatchObject([
      { id, body: 'second' },
    ]);
  });

  it('no token, no permission and a lost connection are three answers', async () => {
    expect(await codeOf(open(flavour, ''))).toBe('approval/token-missing');
    const wrong = await open(flavour, 'other');
    expect(await codeOf(wrong.findMerged(sha('b')))).toBe('approval/forbidden');
    api.setFault(() => ({ status: 500 }));
    const forge = await open(flavour);
    expect(await codeOf(forge.findMerged(sha('b')))).toBe(
      'approval/forge-unavailable',
    );
  });

  it.each([
    ['{}', {}],
    ['[]', []],
    ['null', null],
    ['a page', '<html>'],
    ['another pull request', { number: 3 }],
  ])('api-malformed: %s is not believed', async (_, body) => {
    api.state.pulls.push(pull());
    api.setFault(() => ({ body }));
    const forge = await open(flavour);
    // An empty list is what GitHub answers for a commit that nobody merged.
    if (flavour !== 'github' || !Array.isArray(body)) {
      expect(await codeOf(forge.findMerged(sha('b')))).toBe(
        'approval/forge-unavailable',
      );
    }
    expect(await codeOf(forge.readPull(142))).toBe(
      'approval/forge-unavailable',
    );
  });

  it('api-malformed: a list that is cut, doubled or lacks a page is refused or whole', async () => {
    const reviews = Array.from({ length: 260 }, (_, index) => ({
      login: `p${index}`,
      state: index === 259 ? 'REQUEST_CHANGES' : 'APPROVED',
      commit: sha('a'),
    }));
    api.state.pulls.push(pull({ reviews }));
    const page = fc.integer({ min: 1, max: 6 });
    await fc.assert(
      fc.asyncProperty(
        page,
        page,
        fc.constantFrom('cut', 'empty', 'other', 'missing'),
        async (at, other, how) => {
          api.setFault((request, answer) => {
            if (request.url.searchParams.get('page') !== String(at)) {
              return undefined;
            }
            if (how === 'missing') return { status: 404 };
            if (how === 'other')
              request.url.searchParams.set('page', String(other));
            const given = answer();
            const list = given.body as unknown[];
            if (how === 'cut') return { ...given, body: list.slice(0, -1) };
            return how === 'empty' ? { ...given, body: [] } : given;
          });
          const forge = await open(flavour);
          const found = await forge.listReviews(142).catch(() => undefined);
          // GitHub counts nothing: a page cut short is not to be told there.
          const blind =
            flavour === 'github' && (how === 'cut' || how === 'empty');
          if (!blind) expect(found?.length ?? 260).toBe(260);
        },
      ),
      { numRuns: 40 },
    );
  });
});

it('a draft that is counted and not shown does not stop the others', async () => {
  const reviews = [
    { login: 'ada', state: 'APPROVED', commit: sha('a') },
    { login: 'eve', state: 'PENDING', commit: sha('a') },
  ];
  api.state.pulls.push(pull({ reviews }));
  const found = await (await open('forgejo')).listReviews(142);
  expect(found.map(({ author }) => author?.login)).toEqual(['ada']);
});

it('asks the same number of times whatever there is', async () => {
  const counts: number[] = [];
  for (const size of [10, 10_000]) {
    api = makeForgeApi(REPOSITORY, 'tok');
    for (let number = 1; number <= size; number += 1) {
      api.state.pulls.push(pull({ number, mergeCommit: null }));
    }
    api.state.pulls.push(pull({ number: size + 1 }));
    await (await open('forgejo')).findMerged(sha('b'));
    counts.push(api.requests.length);
  }
  expect(counts).toEqual([1, 1]);
});

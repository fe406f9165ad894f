import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Review } from '../../adapters/forge/forge.ts';
import { policySchema } from '../../model/policy.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import type { ApprovalFacts, PullFacts } from './approval-facts.ts';
import { decideApproval } from './decide-approval.ts';

const MERGED = 'a'.repeat(40);
const HEAD = 'b'.repeat(40);
const OTHER = 'c'.repeat(40);
const person = (login: string) => ({ login, machine: false });

function policyOf(over: object = {}) {
  return policySchema.parse({
    schema: 1,
    hosts: { here: { transport: 'local' } },
    approval: { not_counted: ['svc-*'], ...over },
  }).approval;
}

function review(over: Partial<Review> = {}): Review {
  return {
    id: 1,
    author: person('carol'),
    state: 'approved',
    commit: HEAD,
    official: true,
    stale: false,
    dismissed: false,
    ...over,
  };
}

function pullOf(over: Partial<PullFacts> = {}): PullFacts {
  return {
    number: 142,
    base: 'main',
    merged: true,
    author: person('ada'),
    mergedBy: person('bob'),
    head: HEAD,
    lastPushers: ['ada'],
    reviews: [],
    checks: [],
    commits: [MERGED],
    differing: [],
    modules: ['web'],
    ...over,
  };
}

function factsOf(
  over: Partial<ApprovalFacts> = {},
  pull: Partial<PullFacts> = {},
): ApprovalFacts {
  return {
    sha: MERGED,
    baseBranch: 'main',
    onBase: true,
    checkout: { head: MERGED, dirty: [] },
    asked: undefined,
    modules: [
      {
        id: 'web',
        places: ['modules/web/'],
        commits: [{ sha: MERGED, pulls: [142] }],
      },
    ],
    pulls: new Map([[142, pullOf(pull)]]),
    ownChecks: [],
    ...over,
  };
}

const codes = (facts: ApprovalFacts, policy = policyOf()) =>
  decideApproval(facts, policy).findings.map(({ code }) => code);

/** A way in which one fact can be, and the code that it must lead to. */
interface Way {
  readonly code?: ReasonCode;
  readonly facts?: Partial<ApprovalFacts>;
  readonly pull?: Partial<PullFacts>;
}

/** Every fact the gate decides upon, in every way that matters. */
const WAYS: Readonly<Record<string, readonly Way[]>> = {
  base: [{}, { facts: { onBase: false }, code: 'approval/not-on-base' }],
  checkout: [
    {},
    { facts: { checkout: undefined } },
    {
      facts: { checkout: { head: OTHER, dirty: [] } },
      code: 'approval/checkout-mismatch',
    },
    {
      facts: { checkout: { head: MERGED, dirty: ['x'] } },
      code: 'approval/dirty-checkout',
    },
  ],
  merged: [{}, { pull: { merged: false }, code: 'approval/not-merged' }],
  branch: [{}, { pull: { base: 'next' }, code: 'approval/wrong-base' }],
  merger: [
    {},
    { pull: { mergedBy: undefined }, code: 'approval/merged-by-bot' },
    {
      pull: { mergedBy: { login: 'x', machine: true } },
      code: 'approval/merged-by-bot',
    },
    { pull: { mergedBy: person('svc-ci') }, code: 'approval/merged-by-bot' },
    {
      pull: { mergedBy: person('Forgejo-Actions') },
      code: 'approval/merged-by-bot',
    },
  ],
  content: [
    {},
    {
      pull: { commits: [], differing: ['x'] },
      code: 'approval/reviewed-differs',
    },
    { pull: { commits: [OTHER] }, code: 'approval/no-pull-request' },
  ],
  asked: [
    {},
    { facts: { asked: 142 } },
    {
      facts: { asked: 142 },
      pull: { modules: ['db'] },
      code: 'approval/module-not-in-pr',
    },
  ],
  reviews: [
    { pull: { reviews: [review()] } },
    {
      pull: { reviews: [review({ author: person('svc-ci') })] },
      code: 'approval/too-few-approvals',
    },
    {
      pull: { reviews: [review({ author: person('ada') })] },
      code: 'approval/self-approval',
    },
    {
      pull: { reviews: [review({ stale: true })] },
      code: 'approval/stale-approval',
    },
    {
      pull: {
        reviews: [
          review({ id: 2, state: 'changes-requested', author: person('dan') }),
          review(),
        ],
      },
      code: 'approval/changes-requested',
    },
  ],
  checks: [
    { pull: { checks: [{ name: 'test', state: 'success' }] } },
    { pull: { checks: [] }, code: 'approval/checks-failing' },
    {
      pull: { checks: [{ name: 'test', state: 'pending' }] },
      code: 'approval/checks-failing',
    },
    { pull: { checks: [] }, facts: { ownChecks: ['test'] } },
  ],
};

/** Of a pull request that is not merged, nothing else is told. */
const UNTOLD_UNMERGED = [
  'branch',
  'merger',
  'content',
  'asked',
  'reviews',
  'checks',
];
/** Of one whose content differs, which modules it touched means nothing. */
const isMoot = (name: string, way: Way, chosen: ReadonlyMap<string, Way>) =>
  (UNTOLD_UNMERGED.includes(name) &&
    chosen.get('merged')?.code !== undefined) ||
  (name === 'asked' &&
    chosen.get('content')?.code === 'approval/reviewed-differs' &&
    way.code !== undefined);

it('passes only where every fact is as it must be: all combinations', () => {
  const policy = policyOf({ min_approvals: 1, require_checks: ['test'] });
  const names = Object.keys(WAYS);
  let passed = 0;
  let seen = 0;
  const visit = (at: number, chosen: Map<string, Way>) => {
    const name = names[at];
    if (name === undefined) {
      seen += 1;
      const ways = [...chosen.values()];
      const facts = factsOf(
        Object.assign({}, ...ways.map((way) => way.facts)),
        Object.assign({}, ...ways.map((way) => way.pull)),
      );
      const expected = [...chosen].flatMap(([each, way]) =>
        way.code && !isMoot(each, way, chosen) ? [way.code] : [],
      );
      const verdict = decideApproval(facts, policy);
      const found = verdict.findings.map(({ code }) => code);
      // One comparison each: expect() would take longer than the rest.
      const right =
        (verdict.decision === 'pass') === (expected.length === 0) &&
        [...new Set(found)].sort().join() ===
          [...new Set(expected)].sort().join();
      if (!right) expect({ found, facts }).toEqual({ found: expected, facts });
      if (verdict.decision === 'pass') passed += 1;
      return;
    }
    for (const way of WAYS[name] ?? []) {
      visit(at + 1, chosen.set(name, way));
    }
  };
  visit(0, new Map());
  expect(seen).toBe(
    Object.values(WAYS).reduce((all, { length }) => all * length, 1),
  );
  expect(passed).toBe(2 * 2 * 2);
});

describe('approval-binding', () => {
  const asks = policyOf({ min_approvals: 1 });
  const two = policyOf({ min_approvals: 2 });
  const by = (login: string, over: Partial<Review> = {}) =>
    review({ author: person(login), ...over });

  it.each<[string, Partial<PullFacts>, ReasonCode[]]>([
    ['nobody', {}, ['approval/too-few-approvals']],
    ['one of the merged head', { reviews: [by('carol')] }, []],
    [
      'another commit',
      { reviews: [by('carol', { commit: OTHER })] },
      ['approval/stale-approval'],
    ],
    [
      'the same commit in capitals',
      { reviews: [by('carol', { commit: HEAD.toUpperCase() })] },
      ['approval/stale-approval'],
    ],
    [
      'stale',
      { reviews: [by('carol', { stale: true })] },
      ['approval/stale-approval'],
    ],
    [
      'dismissed',
      { reviews: [by('carol', { dismissed: true })] },
      ['approval/too-few-approvals'],
    ],
    [
      'not official',
      { reviews: [by('carol', { official: false })] },
      ['approval/too-few-approvals'],
    ],
    ['by the author', { reviews: [by('ADA')] }, ['approval/self-approval']],
    [
      'by the last pusher',
      { lastPushers: ['eve'], reviews: [by('Eve')] },
      ['approval/self-approval'],
    ],
    [
      'nobody knows who pushed',
      { lastPushers: undefined, reviews: [by('carol')] },
      ['approval/self-approval'],
    ],
    [
      'nobody knows who wrote it',
      { author: undefined, reviews: [by('carol')] },
      ['approval/self-approval'],
    ],
    [
      'an account that is gone',
      { reviews: [review({ author: undefined })] },
      ['approval/too-few-approvals'],
    ],
    [
      'a bot',
      { reviews: [by('renovate[bot]')] },
      ['approval/too-few-approvals'],
    ],
    [
      'an account that never counts',
      { reviews: [by('svc-x')] },
      ['approval/too-few-approvals'],
    ],
    [
      'the forge calls it a machine',
      { reviews: [review({ author: { login: 'x', machine: true } })] },
      ['approval/too-few-approvals'],
    ],
    [
      'only a comment',
      { reviews: [by('carol', { state: 'comment' })] },
      ['approval/too-few-approvals'],
    ],
    [
      'then a comment',
      { reviews: [by('carol'), by('carol', { id: 2, state: 'comment' })] },
      [],
    ],
    [
      'then an unknown word',
      { reviews: [by('carol'), by('carol', { id: 2, state: 'unknown' })] },
      ['approval/too-few-approvals'],
    ],
    [
      'later turned into a request for changes',
      {
        reviews: [
          by('carol'),
          by('carol', { id: 2, state: 'changes-requested' }),
        ],
      },
      ['approval/changes-requested', 'approval/too-few-approvals'],
    ],
    [
      'after a request for changes',
      {
        reviews: [
          by('carol', { state: 'changes-requested' }),
          by('carol', { id: 2 }),
        ],
      },
      [],
    ],
    [
      'beside a dismissed request',
      {
        reviews: [
          by('dan', { state: 'changes-requested', dismissed: true }),
          by('carol', { id: 2 }),
        ],
      },
      [],
    ],
    [
      'a dismissed approval after it takes no request back',
      {
        reviews: [
          by('dan', { state: 'changes-requested' }),
          by('dan', { id: 2, dismissed: true }),
          by('carol', { id: 3 }),
        ],
      },
      ['approval/changes-requested'],
    ],
    [
      'a request of somebody who may not write',
      {
        reviews: [
          by('dan', { state: 'changes-requested', official: false }),
          by('carol', { id: 2 }),
        ],
      },
      [],
    ],
  ])('%s', (_, pull, expected) => {
    expect(codes(factsOf({}, pull), asks)).toEqual(expected);
  });

  it('one person twice is one approval', () => {
    const reviews = [by('carol'), by('Carol', { id: 2 })];
    expect(codes(factsOf({}, { reviews }), two)).toEqual([
      'approval/too-few-approvals',
    ]);
    expect(
      codes(factsOf({}, { reviews: [...reviews, by('dan', { id: 3 })] }), two),
    ).toEqual([]);
  });

  it('the author counts where the policy says so', () => {
    const reviews = [by('ada')];
    const own = policyOf({ min_approvals: 1, allow_self_approval: true });
    expect(codes(factsOf({}, { reviews }), own)).toEqual([]);
  });

  it('a request for changes refuses where no approval is asked for', () => {
    const reviews = [by('dan', { state: 'changes-requested' })];
    expect(codes(factsOf({}, { reviews }))).toEqual([
      'approval/changes-requested',
    ]);
  });

  const anyReview = fc.record({
    id: fc.integer({ min: 1, max: 9 }),
    author: fc.option(
      fc.constantFrom('ada', 'carol', 'dan', 'svc-x').map(person),
      { nil: undefined },
    ),
    state: fc.constantFrom(
      'approved',
      'changes-requested',
      'comment',
      'none',
      'unknown',
    ),
    commit: fc.constantFrom(HEAD, OTHER),
    official: fc.boolean(),
    stale: fc.boolean(),
    dismissed: fc.boolean(),
  }) satisfies fc.Arbitrary<Review>;
  const anyReviews = fc.uniqueArray(anyReview, {
    selector: ({ id }) => id,
    maxLength: 7,
  });

  it('the order in which reviews come, and coming twice, decides nothing', () => {
    fc.assert(
      fc.property(anyReviews, fc.nat(), (reviews, seed) => {
        const told = decideApproval(factsOf({}, { reviews }), asks);
        const mixed = reviews.toSorted(
          (one, other) =>
            ((one.id * 7 + seed) % 11) - ((other.id * 7 + seed) % 11),
        );
        const shuffled = decideApproval(factsOf({}, { reviews: mixed }), asks);
        const doubled = decideApproval(
          factsOf({}, { reviews: [...mixed, ...reviews] }),
          asks,
        );
        expect(shuffled).toEqual(told);
        expect(doubled).toEqual(told);
      }),
    );
  });

  it('approvals are people with a whole one of the merged head', () => {
    fc.assert(
      fc.property(anyReviews, (reviews) => {
        const verdict = decideApproval(factsOf({}, { reviews }), asks);
        if (verdict.decision === 'refuse') return;
        const whole = reviews.filter(
          ({ state, commit, official, stale, dismissed, author }) =>
            state === 'approved' &&
            commit === HEAD &&
            official &&
            !stale &&
            !dismissed &&
            ['carol', 'dan'].includes(author?.login ?? ''),
        );
        expect(whole.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the range', () => {
  const commitsOf = (...pulls: number[][]) => [
    {
      id: 'web',
      places: [],
      commits: pulls.map((each, index) => ({
        sha: index === 0 ? MERGED : OTHER,
        pulls: each,
      })),
    },
  ];

  it('nothing that needs an approval passes', () => {
    const facts = factsOf({ modules: commitsOf(), pulls: new Map() });
    expect(decideApproval(facts, policyOf())).toMatchObject({
      decision: 'pass',
      modules: ['web'],
    });
  });

  it.each<[string, number[][], ReasonCode[]]>([
    ['a direct push', [[142], []], ['approval/no-pull-request']],
    ['two for one commit', [[142, 143]], ['approval/ambiguous']],
    [
      'a commit that it did not bring',
      [[142], [142]],
      ['approval/no-pull-request'],
    ],
  ])('%s', (_, pulls, expected) => {
    expect(codes(factsOf({ modules: commitsOf(...pulls) }))).toEqual(expected);
  });

  it('too many to look up', () => {
    const modules = [{ id: 'web', places: [], commits: [], uncounted: 101 }];
    expect(codes(factsOf({ modules }))).toEqual(['approval/range-too-long']);
  });

  it('tells what the pull request did not change', () => {
    const modules = [
      {
        id: 'honcho-redis',
        places: ['modules/honcho-redis/', 'compose/apps/compose.yaml'],
        commits: [],
      },
    ];
    expect(
      decideApproval(factsOf({ asked: 142, modules }), policyOf()),
    ).toMatchObject({
      code: 'approval/module-not-in-pr',
      reason:
        'PR #142 changed none of: modules/honcho-redis/, compose/apps/compose.yaml',
    });
  });
});

import { expect, it } from 'vitest';
import { type Plan, planSchema } from '../../model/plan.ts';
import { findUnboundPlans } from './bind-plans.ts';

const TREE = 'a'.repeat(64);
const DIGEST = `sha256:${'d'.repeat(64)}`;
const module = { id: 'web', tree: TREE, driver: 'command', host: 'here' };

function makePlan(over: Partial<Plan> = {}): Plan {
  const plan = {
    schema: 1,
    module: 'web',
    source_sha: 'b'.repeat(40),
    tree: TREE,
    created_at: '2026-05-16T11:00:00Z',
    driver: 'command',
    host: 'here',
    exit_code: 0,
    changes: [],
    digest: DIGEST,
  };
  return { ...planSchema.parse(plan), ...over };
}

function codesOf(plan: Plan | undefined, judged = new Set([DIGEST])) {
  const plans = new Map(plan ? [['web', plan]] : []);
  return findUnboundPlans({ modules: [module], plans, judged }).map(
    (each) => each.code,
  );
}

it.each<[string, Plan | undefined, string[]]>([
  ['the plan of this content', makePlan(), []],
  ['no plan', undefined, ['plan/missing']],
  ['other content', makePlan({ tree: 'b'.repeat(64) }), ['plan/wrong-source']],
  ['no content named', makePlan({ tree: undefined }), ['plan/wrong-source']],
  ['another driver', makePlan({ driver: 'compose' }), ['plan/wrong-source']],
  ['another host', makePlan({ host: 'there' }), ['plan/wrong-source']],
  [
    'everything else',
    makePlan({ tree: undefined, driver: 'compose', host: 'there' }),
    ['plan/wrong-source', 'plan/wrong-source', 'plan/wrong-source'],
  ],
])('%s', (_, plan, codes) => {
  expect(codesOf(plan)).toEqual(codes);
});

it('carries out only what the guard judged', () => {
  expect(codesOf(makePlan(), new Set())).toEqual(['plan/digest-mismatch']);
});

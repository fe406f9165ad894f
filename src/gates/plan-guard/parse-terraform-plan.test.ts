import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parsePlan } from './parse-plan.ts';

const FIXTURES = join(import.meta.dirname, '../../../tests/fixtures/terraform');

/** Written by a real `terraform show -json`, version 1.11.4. */
const readFixture = (name: string) => readFileSync(join(FIXTURES, name));
const parse = (document: unknown) =>
  parsePlan(Buffer.from(JSON.stringify(document)), 'terraform');
const outcomeOf = (reading: ReturnType<typeof parsePlan>) =>
  reading.ok ? reading.plan.outcome : reading.problem.code;

const plan = { format_version: '1.2', planned_values: {} };
const resource = (actions: readonly string[], more = {}) => ({
  ...plan,
  resource_changes: [
    { address: 'x.y', change: { actions, ...more }, mode: 'managed' },
  ],
});

describe('what Terraform itself writes', () => {
  test.each<[string, string, readonly string[], boolean]>([
    ['in-sync.json', 'in-sync', [], false],
    ['create.json', 'drift', ['create', 'create', 'create'], false],
    ['update.json', 'drift', ['update', 'update'], false],
    ['replace.json', 'drift', ['update', 'replace', 'update'], true],
    ['create-before-destroy.json', 'drift', ['replace'], true],
    ['destroy.json', 'drift', ['delete', 'delete', 'delete'], true],
    ['moved.json', 'drift', ['move'], false],
    ['import.json', 'drift', ['import'], false],
    ['forget.json', 'drift', ['forget'], false],
    ['refresh-only.json', 'drift', ['refresh'], false],
    ['targeted.json', 'error', ['replace'], true],
    ['errored.json', 'error', ['delete', 'delete'], true],
  ])('%s is %s', (name, outcome, actions, destroys) => {
    const reading = parsePlan(readFixture(name), 'auto');
    if (!reading.ok) throw new Error(reading.problem.reason);
    const { changes, createdAt } = reading.plan;
    expect(reading.plan.outcome).toBe(outcome);
    expect(changes.map((each) => each.action)).toEqual(actions);
    expect(changes.some((each) => each.destructive === true)).toBe(destroys);
    expect(createdAt?.getUTCFullYear()).toBe(2026);
  });

  test.each(['state.json', 'stream.jsonl'])('%s is no plan', (name) => {
    expect(outcomeOf(parsePlan(readFixture(name), 'auto'))).toBe(
      'plan/malformed',
    );
  });
});

describe('what a plan may hold besides', () => {
  test.each<[string, unknown, string]>([
    ['nothing planned', plan, 'in-sync'],
    ['nothing but its version', { format_version: '1.0' }, 'plan/malformed'],
    [
      'lists that are null',
      { ...plan, resource_changes: null, output_changes: null },
      'in-sync',
    ],
    [
      'changes from outside',
      { ...plan, resource_drift: [{ address: 'x.y' }] },
      'in-sync',
    ],
    [
      'an output that changes',
      { ...plan, output_changes: { a: { actions: ['update'] } } },
      'drift',
    ],
    [
      'an action to invoke',
      { ...plan, action_invocations: [{ address: 'action.a.b' }] },
      'drift',
    ],
    ['data to be read', resource(['read']), 'drift'],
    [
      'deferred changes',
      { ...plan, deferred_changes: [{ reason: 'unknown' }] },
      'error',
    ],
    [
      'deferred invocations',
      { ...plan, deferred_action_invocations: [{}] },
      'error',
    ],
    ['complete: false', { ...plan, complete: false }, 'error'],
    ['errored: true', { ...plan, errored: true }, 'error'],
    ['errored as text', { ...plan, errored: 'false' }, 'plan/malformed'],
    ['applyable, and nothing listed', { ...plan, applyable: true }, 'drift'],
    [
      'not applicable, and changes',
      { ...resource(['update']), applyable: false },
      'plan/malformed',
    ],
    ['format 2.0', { ...plan, format_version: '2.0' }, 'plan/malformed'],
    ['format 0.2', { ...plan, format_version: '0.2' }, 'plan/malformed'],
    [
      'format 1.9 of a later day',
      { ...plan, format_version: '1.9', news: 1 },
      'in-sync',
    ],
    [
      'a format that is a number',
      { ...plan, format_version: 1.2 },
      'plan/malformed',
    ],
    ['no actions', resource([]), 'plan/malformed'],
    [
      'a resource without a change',
      { ...plan, resource_changes: [{ address: 'x' }] },
      'plan/malformed',
    ],
    [
      'changes that are no list',
      { ...plan, resource_changes: {} },
      'plan/malformed',
    ],
    ['state values', { ...plan, values: {} }, 'plan/malformed'],
  ])('%s', (_, document, expected) => {
    expect(outcomeOf(parse(document))).toBe(expected);
  });

  it('is in sync only if every action is a no-op that moves and imports nothing', () => {
    const action = fc.constantFrom(
      'no-op',
      'create',
      'read',
      'update',
      'delete',
      'forget',
      'open',
      'NO-OP',
      '',
    );
    const change = fc.record({
      actions: fc.array(action, { maxLength: 3 }),
      moved: fc.boolean(),
      importing: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
        const reading = parse({
          ...plan,
          resource_changes: changes.map((each) => ({
            address: 'x.y',
            ...(each.moved ? { previous_address: 'x.z' } : {}),
            change: {
              actions: each.actions,
              ...(each.importing ? { importing: { id: 'i' } } : {}),
            },
          })),
        });
        const quiet = changes.every(
          ({ actions, moved, importing }) =>
            actions.join() === 'no-op' && !moved && !importing,
        );
        expect(outcomeOf(reading) === 'in-sync').toBe(quiet);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never lets an unknown or a deleting list of actions look harmless', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom('delete', 'create', 'forget'), fc.string()),
          { minLength: 1, maxLength: 3 },
        ),
        (actions) => {
          const reading = parse(resource(actions));
          if (!reading.ok || !actions.includes('delete')) return;
          expect(reading.plan.changes[0]?.destructive).toBe(true);
        },
      ),
    );
  });
});

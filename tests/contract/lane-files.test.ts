import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { APPLY } from '../../src/lanes/apply-lane.ts';
import { AUTO_APPLY, LANES, type LaneStep } from '../../src/lanes/lanes.ts';
import { RECONCILE } from '../../src/lanes/reconcile-lane.ts';
import { ROLLBACK } from '../../src/lanes/rollback-lane.ts';
import { STEPS } from '../../src/lanes/steps.ts';
import { renderWire } from '../../src/lanes/wire.ts';

interface WorkflowStep {
  readonly id?: string;
  readonly if?: string;
  readonly uses: string;
  readonly with?: Readonly<Record<string, string>>;
}

const lanes = [
  ['auto-apply', AUTO_APPLY],
  ['apply', APPLY],
  ['reconcile', RECONCILE],
  ['rollback', ROLLBACK],
] as const;

function readLaneFile(name: string, job = name) {
  const file = new URL(`../../workflows/${name}.yml`, import.meta.url);
  const text = readFileSync(file, 'utf8');
  const workflow = parse(text);
  return { text, workflow, steps: workflow.jobs[job].steps as WorkflowStep[] };
}

/** A lane's steps in the form a workflow file has, prepare in front. */
function expectedSteps(steps: readonly LaneStep[]) {
  return [
    { action: 'prepare' },
    ...steps.map((step) => ({
      action: step.action,
      id: step.id,
      ...condition(step),
      with: Object.fromEntries(
        Object.entries(step.with).map(([name, wire]) => [
          name,
          renderWire(wire),
        ]),
      ),
    })),
  ];
}

function condition({ runs }: LaneStep) {
  switch (runs.when) {
    case 'passed':
      return {};
    case 'always':
      return { if: '${{ always() }}' };
    case 'listed':
      return { if: `\${{ steps.${runs.step}.outputs.${runs.name} != '[]' }}` };
  }
}

function foundSteps(steps: readonly WorkflowStep[]) {
  return steps.map(({ uses, with: inputs, ...step }) => {
    const action = /\/actions\/([a-z-]+)@[0-9a-f]{40}$/.exec(uses)?.[1];
    // The first checkout has no id: what it takes is no wire of the lane.
    return step.id === undefined
      ? { action }
      : { ...step, action, with: inputs ?? {} };
  });
}

describe.each(lanes)('workflows/%s.yml', (name, lane) => {
  const { text, workflow, steps } = readLaneFile(name);

  test('is the lane: same actions, order, wiring, conditions', () => {
    expect(foundSteps(steps)).toEqual(expectedSteps(lane.steps));
  });

  test.each(lane.steps.map((step) => step.id))(
    'without its step %s is not the lane',
    (id) => {
      const without = steps.filter((step) => step.id !== id);
      expect(foundSteps(without)).not.toEqual(expectedSteps(lane.steps));
    },
  );

  test('asks for the inputs of the lane', () => {
    const asked = Object.entries(workflow.on.workflow_dispatch.inputs).map(
      ([input, declared]) => {
        const { type: _type, ...told } = Object(declared);
        return [input, told];
      },
    );
    expect(Object.fromEntries(asked)).toEqual(lane.inputs);
  });

  test('every wire ends at an input and begins at an output that exists', () => {
    const ids = new Map(lane.steps.map(({ id, action }) => [id, action]));
    for (const step of lane.steps) {
      const inputs = Object.keys(STEPS.get(step.action)?.inputs ?? { ref: '' });
      expect(inputs).toEqual(expect.arrayContaining(Object.keys(step.with)));
      const written = Object.values(step.with).map(renderWire).join(' ');
      for (const [, id = '', output] of written.matchAll(
        /steps\.([a-z]+)\.outputs\.([a-z-]+)/g,
      )) {
        expect(STEPS.get(ids.get(id) ?? '')?.outputs).toContain(output);
      }
    }
  });

  test('the example platform has it as it is', () => {
    const example = new URL(
      `../../examples/platform/.forgejo/workflows/${name}.yml`,
      import.meta.url,
    );
    expect(readFileSync(example, 'utf8')).toBe(text);
  });
});

describe.each([
  ['auto-apply', AUTO_APPLY],
  ['reconcile', RECONCILE],
] as const)('workflows/operators/%s.yml', (name, lane) => {
  test('is the lane, with a token of their own where one is taken', () => {
    const operators = readLaneFile(`operators/${name}`, name);
    const [prepare, ...steps] = expectedSteps(lane.steps);
    const token = '${{ secrets.PLATFORM_TOKEN }}';
    const withToken = steps.map((step) =>
      STEPS.get(step.action)?.inputs['token'] === undefined
        ? step
        : { ...step, with: { token, ...('with' in step ? step.with : {}) } },
    );
    expect(foundSteps(operators.steps)).toEqual([prepare, ...withToken]);
    expect(operators.steps[0]?.with).toEqual({
      repository: '${{ env.APPLY_GATES_REPOSITORY }}',
      ref: '${{ env.APPLY_GATES_REF }}',
      token,
    });
    expect(operators.workflow.on.workflow_dispatch).toEqual(
      readLaneFile(name).workflow.on.workflow_dispatch,
    );
  });
});

test('every gate that an apply asks for is a step before the apply', () => {
  for (const [name, { gates }] of Object.entries(LANES)) {
    const { steps } =
      { approved: APPLY, rollback: ROLLBACK }[name] ?? AUTO_APPLY;
    const before = steps.slice(
      0,
      steps.findIndex(({ action }) => action === 'module-apply'),
    );
    expect(before.map(({ action }) => action)).toEqual(
      expect.arrayContaining(gates.map(({ gate }) => gate)),
    );
  }
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { AUTO_APPLY, LANES, type LaneStep } from '../../src/lanes/lanes.ts';
import { STEPS } from '../../src/lanes/steps.ts';
import { renderWire } from '../../src/lanes/wire.ts';

interface WorkflowStep {
  readonly id?: string;
  readonly if?: string;
  readonly uses: string;
  readonly with?: Readonly<Record<string, string>>;
}

const file = new URL('../../workflows/auto-apply.yml', import.meta.url);
const example = new URL(
  '../../examples/platform/.forgejo/workflows/auto-apply.yml',
  import.meta.url,
);
const workflow = parse(readFileSync(file, 'utf8'));
const job = workflow.jobs['auto-apply'];

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
    return action === 'prepare'
      ? { action }
      : { ...step, action, with: inputs ?? {} };
  });
}

test('the workflow is the lane: same actions, order, wiring, conditions', () => {
  expect(foundSteps(job.steps)).toEqual(expectedSteps(AUTO_APPLY.steps));
});

test.each(AUTO_APPLY.steps.map((step) => step.id))(
  'a workflow without its step %s is not the lane',
  (id) => {
    const without = job.steps.filter((step: WorkflowStep) => step.id !== id);
    expect(foundSteps(without)).not.toEqual(expectedSteps(AUTO_APPLY.steps));
  },
);

const operators = parse(
  readFileSync(
    new URL('../../workflows/operators/auto-apply.yml', import.meta.url),
    'utf8',
  ),
);

test('the workflow of operators is the lane, with a token of their own where one is taken', () => {
  const [prepare, ...steps] = expectedSteps(AUTO_APPLY.steps);
  const token = '${{ secrets.PLATFORM_TOKEN }}';
  const withToken = steps.map((step) =>
    STEPS.get(step.action)?.inputs['token'] === undefined
      ? step
      : { ...step, with: { token, ...('with' in step ? step.with : {}) } },
  );
  expect(foundSteps(operators.jobs['auto-apply'].steps)).toEqual([
    prepare,
    ...withToken,
  ]);
  expect(operators.jobs['auto-apply'].steps[0].with).toEqual({
    repository: '${{ env.APPLY_GATES_REPOSITORY }}',
    ref: '${{ env.APPLY_GATES_REF }}',
    token,
  });
  expect(operators.on.workflow_dispatch).toEqual(workflow.on.workflow_dispatch);
});

test('the dispatch form asks for the inputs of the lane', () => {
  const asked = Object.entries(workflow.on.workflow_dispatch.inputs).map(
    ([name, input]) => {
      const {
        description,
        default: fallback,
        options,
      } = input as {
        description: string;
        default: string;
        options?: string[];
      };
      return [
        name,
        { description, default: fallback, ...(options && { options }) },
      ];
    },
  );
  expect(Object.fromEntries(asked)).toEqual(AUTO_APPLY.inputs);
});

test('every gate that an apply asks for is a step before the apply', () => {
  const before = AUTO_APPLY.steps.slice(
    0,
    AUTO_APPLY.steps.findIndex(({ action }) => action === 'module-apply'),
  );
  for (const { gates } of Object.values(LANES)) {
    expect(before.map(({ action }) => action)).toEqual(
      expect.arrayContaining(gates.map(({ gate }) => gate)),
    );
  }
});

test('every wire ends at an input and begins at an output that exists', () => {
  const ids = new Map(AUTO_APPLY.steps.map(({ id, action }) => [id, action]));
  for (const step of AUTO_APPLY.steps) {
    const inputs = Object.keys(STEPS.get(step.action)?.inputs ?? {});
    expect(inputs).toEqual(expect.arrayContaining(Object.keys(step.with)));
    const written = Object.values(step.with).map(renderWire).join(' ');
    for (const [, id = '', name] of written.matchAll(
      /steps\.([a-z]+)\.outputs\.([a-z-]+)/g,
    )) {
      expect(STEPS.get(ids.get(id) ?? '')?.outputs).toContain(name);
    }
  }
});

test('the example platform has the workflow as it is', () => {
  expect(readFileSync(example, 'utf8')).toBe(readFileSync(file, 'utf8'));
});

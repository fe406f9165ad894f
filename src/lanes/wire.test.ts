import { expect, test } from 'vitest';
import { renderWire, resolveWire, type Wire } from './wire.ts';

const armed = { input: 'allow_stateful', is: 'true' } as const;
const choice: Wire = {
  from: 'choice',
  when: armed,
  value: { from: 'output', step: 'scope', name: 'modules' },
  otherwise: { from: 'output', step: 'scope', name: 'eligible' },
};
const outputs = { scope: { modules: '["a","b"]', eligible: '["a"]' } };

test.each([
  [{ from: 'input', name: 'module' }, '${{ inputs.module }}'],
  [{ from: 'secret', name: 'KEY' }, '${{ secrets.KEY }}'],
  [
    choice,
    "${{ inputs.allow_stateful == 'true' && steps.scope.outputs.modules || steps.scope.outputs.eligible }}",
  ],
] satisfies [Wire, string][])(
  'a wire is written as an expression',
  (wire, expression) => {
    expect(renderWire(wire)).toBe(expression);
  },
);

test.each([
  ['true', '["a","b"]'],
  ['false', '["a"]'],
  // As GitHub and Forgejo compare: without regard to case.
  ['TRUE', '["a","b"]'],
  [' true', '["a"]'],
  [undefined, '["a"]'],
])('allow_stateful %s chooses %s', (allowStateful, expected) => {
  const inputs: Record<string, string> =
    allowStateful === undefined ? {} : { allow_stateful: allowStateful };
  const values = { inputs, secrets: {}, outputs };
  expect(resolveWire(choice, values)).toBe(expected);
});

test('what a step did not put out is empty', () => {
  const values = { inputs: {}, secrets: {}, outputs: {} };
  expect(resolveWire(choice, values)).toBe('');
});

import { describe, expect, it, test } from 'vitest';
import { finding, passVerdict, refuseVerdict } from '../../model/verdict.ts';
import { decidePullRequest } from './decide-pull-request.ts';

const sha = 'a'.repeat(40);
const subject = { gate: 'any', sha };
const stateful = finding('scope/stateful', 'db is stateful', { module: 'db' });
const control = finding('scope/control-change', 'the policy changed');
const broken = finding('scope/invalid-manifest', 'a/module.yaml:1: no');
const git = finding('git/unavailable', 'no git');
const unpinned = finding('lint/unpinned-action', 'x.yml:1: v4');

const eligible = passVerdict(subject, 'scope/eligible', 'one', {
  modules: ['web'],
});
const holding = passVerdict(subject, 'scope/eligible', 'one', {
  modules: ['web'],
  findings: [stateful],
});
const clean = passVerdict(subject, 'lint/clean', 'fine');

const decide = (over: Partial<Parameters<typeof decidePullRequest>[0]>) =>
  decidePullRequest({
    ...{ head: sha, scope: eligible, lint: clean, invalid: [], warnings: [] },
    ...over,
  });

test.each([
  ['all is fine', {}, 'pass check/ready', []],
  ['one is stateful', { scope: holding }, 'pass check/waiting', [stateful]],
  [
    'the push would be held',
    { scope: refuseVerdict(subject, [control, stateful]) },
    'pass check/waiting',
    [control, stateful],
  ],
  [
    'something is worth a look',
    { warnings: ['many'], lint: passVerdict(subject, 'lint/reported', 'x') },
    'pass check/ready',
    [],
  ],
  [
    'a file is broken',
    { invalid: [broken] },
    'refuse scope/invalid-manifest',
    [],
  ],
  [
    'scope says so and holds another',
    { scope: refuseVerdict(subject, [control, broken]) },
    'refuse scope/invalid-manifest',
    [control],
  ],
  [
    'scope could not look',
    { scope: refuseVerdict(subject, [git]) },
    'refuse git/unavailable',
    [],
  ],
  [
    'it goes elsewhere',
    { scope: refuseVerdict(subject, [finding('scope/wrong-ref', 'x')]) },
    'refuse scope/wrong-ref',
    [],
  ],
  [
    'a workflow is dangerous',
    { lint: refuseVerdict(subject, [unpinned]), scope: holding },
    'refuse lint/unpinned-action',
    [stateful],
  ],
])('%s', (_name, over, expected, waiting) => {
  const { verdict, waiting: found } = decide(over);
  expect(`${verdict.decision} ${verdict.code}`).toBe(expected);
  expect(found).toEqual(waiting);
});

describe('a refusal', () => {
  it('tells each thing once', () => {
    const scope = refuseVerdict(subject, [broken]);
    const { verdict } = decide({ scope, invalid: [broken] });
    expect(verdict.findings).toEqual([broken]);
  });

  it('lets no module go on', () => {
    expect(decide({ invalid: [broken] }).verdict.modules).toEqual([]);
  });
});

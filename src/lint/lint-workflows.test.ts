import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { AUTO_APPLY } from '../lanes/lanes.ts';
import { lintWorkflows, sortFindings } from './lint-workflows.ts';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const OURS = 'apply-gates/apply-gates/actions';

/** Findings as `severity code line`, of a file that both forges may run. */
function lint(content: string, file = 'x.yml'): string[] {
  const { findings } = lintWorkflows([{ file, content }]);
  return sortFindings(findings).map(
    ({ severity, code, line }) =>
      `${severity} ${code.replace('lint/', '')} ${line}`,
  );
}

/** A workflow with one job of these steps, and what else is said. */
function workflow(
  steps: readonly string[],
  said: {
    readonly on?: string;
    readonly top?: string;
    readonly job?: string;
  } = {},
): string {
  return [
    `on: ${said.on ?? 'push'}`,
    `permissions: {}${said.top === undefined ? '' : `\n${said.top}`}`,
    'jobs:',
    '  one:',
    '    runs-on: docker',
    `    timeout-minutes: 5${said.job === undefined ? '' : `\n    ${said.job}`}`,
    '    steps:',
    ...steps.map((step) => `      - ${step}`),
    '',
  ].join('\n');
}

const gate = (name: string, more = '') =>
  `{uses: ${OURS}/${name}@${SHA}${more === '' ? '' : `, ${more}`}}`;
const LANE = ['prepare', ...AUTO_APPLY.steps.map(({ action }) => action)].map(
  (action) => gate(action),
);
const checkout = `{uses: actions/checkout@${SHA}, with: {persist-credentials: false}}`;
const withStep = (step: string) => [step, ...LANE];
const replaced = (name: string, step: string) =>
  LANE.map((each) => (each === gate(name) ? step : each));

test.each<[string, readonly string[]]>([
  ['a whole lane', LANE],
  ['a build', [checkout, '{run: make}']],
  ['a local action', [checkout, '{uses: ./actions/build}']],
  ['the lane in one step', [gate('prepare'), `{uses: you/apply-gates@${SHA}}`]],
  [
    'an image by digest',
    [`{uses: "docker://alpine@sha256:${'a'.repeat(64)}"}`],
  ],
  ['an address', [`{uses: "https://forge.example/a/b/c@${SHA}"}`]],
])('nothing is said about %s', (_name, steps) => {
  expect(lint(workflow(steps))).toEqual([]);
});

describe('steps', () => {
  test.each([
    ['{uses: actions/setup-node@v4}', 'high unpinned-action 8'],
    ['{uses: actions/setup-node@0123456}', 'high unpinned-action 8'],
    [`{uses: "a/b@${'$'}{{ github.sha }}"}`, 'high unpinned-action 8'],
    ['{uses: "docker://alpine:3"}', 'high unpinned-action 8'],
    ['{uses: a/b}', 'high unpinned-action 8'],
    ['{run: "echo ${{ github.head_ref }}"}', 'high expression-in-script 8'],
    ['{run: "echo ${{ inputs.x }}"}', 'high expression-in-script 8'],
    [
      '{run: "echo ${{ matrix.x || github.actor }}"}',
      'high expression-in-script 8',
    ],
    ['{run: "echo ${{ env.X }}"}', 'high expression-in-script 8'],
    ['{run: "echo ${{ github.sha }}"}', 'low fixed-expression-in-script 8'],
    [
      `{uses: actions/github-script@${SHA}, with: {script: "f(\${{ inputs.x }})"}}`,
      'high expression-in-script 8',
    ],
    [`{uses: actions/checkout@${SHA}}`, 'medium persisted-credentials 8'],
    ['{run: "apply-gates validate . || true"}', 'high ignored-gate 8'],
    ['{run: make, sh: bash}', 'medium forgejo-schema 8'],
    [gate('stateful-gate', 'with: {modulse: x}'), 'high unknown-input 8'],
    [gate('stateful-gate', 'with: {MODULES: x}'), ''],
    [gate('stateful-gate', 'env: {MODULES: x}'), 'medium unread-variable 8'],
    [gate('stateful-gate', 'env: {HTTPS_PROXY: x}'), ''],
  ])('%s: %s', (step, expected) => {
    expect(lint(workflow([step]))).toEqual(expected === '' ? [] : [expected]);
  });
});

describe('a job that applies', () => {
  test.each<[string, readonly string[], string]>([
    ['no gate', [gate('module-apply')], 'missing-gate'],
    [
      'one gate less',
      LANE.filter((each) => each !== gate('plan-noop-guard')),
      'missing-gate',
    ],
    [
      'the gate behind it',
      [
        ...LANE.filter((each) => each !== gate('stateful-gate')),
        gate('stateful-gate'),
      ],
      'missing-gate',
    ],
    [
      'a gate that may fail',
      replaced(
        'stateful-gate',
        gate('stateful-gate', 'continue-on-error: true'),
      ),
      'ignored-gate',
    ],
    [
      'apply in any case',
      replaced('module-apply', gate('module-apply', 'if: "${{ always() }}"')),
      'ignored-gate',
    ],
    [
      'apply unless stopped',
      replaced('module-apply', gate('module-apply', "if: '!cancelled()'")),
      'ignored-gate',
    ],
    ['a cache', withStep(`{uses: actions/cache@${SHA}}`), 'cache-in-apply'],
    [
      'a cache of a setup',
      withStep(`{uses: actions/setup-node@${SHA}, with: {cache: npm}}`),
      'cache-in-apply',
    ],
    ['a trace', withStep('{run: "set -eux\\nls"}'), 'trace-in-apply'],
    [
      'a tracing shell',
      withStep('{run: ls, shell: "bash -x {0}"}'),
      'trace-in-apply',
    ],
    [
      'debugging',
      withStep('{run: ls, env: {ACTIONS_STEP_DEBUG: "true"}}'),
      'trace-in-apply',
    ],
    [
      'kept credentials',
      withStep(`{uses: actions/checkout@${SHA}}`),
      'persisted-credentials',
    ],
  ])('%s', (_name, steps, code) => {
    const found = lint(workflow(steps));
    expect(new Set(found.map((each) => each.replace(/ \d+$/, '')))).toEqual(
      new Set([`high ${code}`]),
    );
  });

  test.each<[string, Parameters<typeof workflow>[1], string]>([
    ['on a pull request', { on: 'pull_request' }, 'high dangerous-trigger 1'],
    [
      'on a comment',
      { on: '[push, issue_comment]' },
      'high dangerous-trigger 1',
    ],
    [
      'by hand',
      { on: '{workflow_dispatch: {inputs: {x: {type: string}}}}' },
      '',
    ],
    [
      'with a boolean',
      { on: '{workflow_dispatch: {inputs: {x: {type: boolean}}}}' },
      'medium boolean-input 1',
    ],
    [
      'cancelled',
      { top: 'concurrency: {group: x, cancel-in-progress: true}' },
      'medium cancelled-apply 3',
    ],
    [
      'with everything',
      { job: 'permissions: write-all' },
      'high wide-permissions 7',
    ],
    [
      'with packages',
      { job: 'permissions: {packages: write}' },
      'medium unneeded-permission 7',
    ],
    ['unseen', { job: 'continue-on-error: true' }, 'high ignored-gate 7'],
    [
      'with a variable',
      { job: 'env: {MODULES: x}' },
      'medium unread-variable 7',
    ],
    ['debugging', { top: 'env: {GIT_TRACE: "1"}' }, 'high trace-in-apply 3'],
  ])('%s', (_name, said, expected) => {
    const found = lint(workflow(LANE, said));
    if (expected === '') expect(found).toEqual([]);
    else expect(found).toContain(expected);
  });

  it('verdicts do not travel: a gate in another job is none', () => {
    const other = `  two:\n    runs-on: docker\n    timeout-minutes: 5\n    steps:\n      - ${gate('stateful-gate')}\n`;
    const steps = LANE.filter((each) => each !== gate('stateful-gate'));
    expect(lint(workflow(steps) + other)).toEqual([
      expect.stringMatching(/^high gate-in-other-job \d+$/),
    ]);
  });
});

describe('who starts it, and what it holds', () => {
  const secret = '{run: make, env: {KEY: "${{ secrets.KEY }}"}}';
  const head = `{uses: actions/checkout@${SHA}, with: {persist-credentials: false, ref: "\${{ github.event.pull_request.head.sha }}"}}`;
  test.each<[string, string, readonly string[], readonly string[]]>([
    ['secrets on a push', 'push', [checkout, secret], []],
    [
      'secrets on a pull request',
      'pull_request',
      [checkout, secret],
      ['high secrets-with-foreign-code 5'],
    ],
    ['no checkout', 'pull_request', [secret], []],
    [
      'the token of the job only',
      'pull_request',
      [checkout, '{run: make, env: {T: "${{ secrets.GITHUB_TOKEN }}"}}'],
      [],
    ],
    [
      'a step for pushes',
      '[push, pull_request]',
      [
        checkout,
        `{run: make, if: "github.event_name == 'push'", env: {KEY: "\${{ secrets.KEY }}"}}`,
      ],
      [],
    ],
    [
      'a target',
      'pull_request_target',
      ['{run: date}'],
      ['medium outside-trigger 1'],
    ],
    [
      'secrets for a target',
      'pull_request_target',
      [secret],
      ['high dangerous-trigger 1'],
    ],
    [
      'code of a target',
      'pull_request_target',
      [head, '{run: make}'],
      ['high secrets-with-foreign-code 5', 'medium outside-trigger 1'],
    ],
    [
      'code of a comment',
      'issue_comment',
      ['{run: "gh pr checkout 1 && make"}'],
      ['high secrets-with-foreign-code 5', 'medium outside-trigger 1'],
    ],
    [
      'all secrets by name',
      'workflow_run',
      ['{run: make, env: {A: "${{ toJSON(secrets) }}"}}'],
      ['high dangerous-trigger 1'],
    ],
  ])('%s', (_name, on, steps, expected) => {
    expect(lint(workflow(steps, { on }))).toEqual(expected);
  });
});

test('all secrets for a called workflow', () => {
  const job = `  b: {uses: a/b/.github/workflows/c.yml@${SHA}, secrets: inherit}\n`;
  expect(
    lint(workflow(['{run: date}'], { on: 'issue_comment' }) + job),
  ).toEqual(['high dangerous-trigger 1']);
});

test('what a job does not say', () => {
  const text = 'on: push\njobs:\n  a:\n    steps:\n      - run: date\n';
  expect(lint(text, '.forgejo/workflows/a.yml')).toEqual([
    'medium missing-permissions 4',
    'medium missing-timeout 4',
    'medium forgejo-schema 4',
  ]);
});

test('a file for one forge is not held to the other', () => {
  const text = workflow(['{run: make}'], { job: 'snapshot: x' });
  expect(lint(text, '.github/workflows/a.yml')).toEqual([]);
});

describe('YAML: bounded, and a place', () => {
  test.each([
    ['no mapping', '- a\n'],
    ['nothing', ''],
    ['no jobs', 'on: push\n'],
    ['jobs are a list', 'on: push\njobs: [a]\n'],
    ['steps are a text', 'on: push\njobs: {a: {steps: "x"}}\n'],
    ['duplicate keys', 'on: push\non: push\njobs: {}\n'],
    ['a prototype', 'on: push\njobs: {__proto__: {steps: []}}\n'],
    ['a tag', 'on: !!js/function x\njobs: {}\n'],
    ['a merge key', 'on: push\njobs: {a: {<<: {steps: []}}}\n'],
    ['a second document', 'on: push\njobs: {}\n---\na: b\n'],
    [
      'aliases to aliases',
      `a: &a [x]\n${Array.from({ length: 30 }, (_, at) => `b${at}: [*a, *a]`).join('\n')}\non: push\njobs: {}\n`,
    ],
    [
      'deep nesting',
      `on: push\njobs: ${'{a: '.repeat(300)}${'}'.repeat(300)}\n`,
    ],
    ['a huge scalar', `on: push\nname: ${'x'.repeat(300_000)}\njobs: {}\n`],
  ])('%s', (_name, text) => {
    expect(lint(text)).toEqual([
      expect.stringMatching(/^high unreadable \d+$/),
    ]);
  });

  it('any text has an answer', () => {
    const piece = fc.constantFrom(
      ...[
        'on: push\n',
        'jobs:\n',
        '  a:\n',
        '    steps:\n',
        '      - run: x\n',
      ],
      ...[
        '      - uses: y\n',
        '${{ ',
        ' }}',
        '&a ',
        '*a',
        '{',
        '[',
        ': ',
        '\n',
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
        lint(pieces.join(''));
      }),
      { numRuns: 300 },
    );
  });
});

test('what is told can be pasted, and names the place', () => {
  const content = workflow([
    '{uses: actions/setup-node@v4}',
    '{run: "echo ${{ github.event.pull_request.title }}"}',
    gate('module-apply', 'with: {require_noop: "true"}'),
  ]);
  const { findings } = lintWorkflows([
    { file: '.github/workflows/a.yml', content },
  ]);
  const remedies = findings.map(({ remedy }) => remedy).join('\n');
  for (const text of [
    'https://github.com/actions/setup-node v4',
    'env: {TITLE: "${{ github.event.pull_request.title }}"}',
    `${OURS}/stateful-gate@${SHA}`,
    'Write require-noop: instead.',
  ]) {
    expect(remedies).toContain(text);
  }
});

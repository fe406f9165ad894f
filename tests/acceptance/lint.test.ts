import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, test } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { repositoryRoot } from '../support/repository-files.ts';

let checkout = '';
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'apply-gates-lint-'));
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

const write = (file: string, lines: readonly string[]) => {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(join(checkout, file), `${lines.join('\n')}\n`);
};
const lint = async (...args: readonly string[]) => {
  const run = await runCommand({ checkout }, 'lint', ...args);
  const read = () =>
    (run.json() as { findings: { code: string; file: string }[] }).findings;
  const files = () => [...new Set(read().map((each) => each.file))].sort();
  return { ...run, files, codes: () => read().map(({ code }) => code) };
};

const HEAD = ['on: push', 'permissions: {}', 'jobs:', '  a:'];
const JOB = ['    runs-on: x', '    timeout-minutes: 5', '    steps:'];

it('workflows: the ones that users copy are clean', async () => {
  const run = await lint(join(repositoryRoot, 'workflows'), '--json');
  expect(run.codes()).toEqual([]);
  expect(run.exitCode).toBe(0);
});

it('refuses what is high, and says where and what to write', async () => {
  const file = '.forgejo/workflows/a.yml';
  write(file, [...HEAD, ...JOB, '      - uses: actions/checkout@v4']);
  const run = await lint();
  expect(run.exitCode).toBe(2);
  expect(run.stdout).toMatch(
    /^high +\.forgejo\/workflows\/a\.yml:8 +lint\/unpinned-action: /m,
  );
  expect(run.stdout).toContain('git ls-remote');
  expect(run.stdout).toMatch(/^medium .* lint\/persisted-credentials: /m);
});

it('reports what actionlint and the parser of GitHub say', async () => {
  const file = '.github/workflows/a.yml';
  const steps = ['      - run: date', '        if: steps.x.outputs.y == 1'];
  write(file, [...HEAD, '    needs: [b]', ...JOB, ...steps, '        bad: 1']);
  // Deep enough to break actionlint, which must hide nothing else.
  const deep = `        if: ${'('.repeat(3_000)}1${')'.repeat(3_000)}`;
  write('.github/workflows/0.yml', [...HEAD, ...JOB, '      - run: a', deep]);
  const run = await lint('--json');
  expect(run.exitCode).toBe(0);
  expect(run.files()).toEqual(['.github/workflows/0.yml', file]);
  expect(new Set(run.codes())).toEqual(
    new Set(['lint/actionlint', 'lint/github-schema']),
  );
});

it('workflow-command-injection: shows hostile text as it is', async () => {
  write('::error::a\u202e.yml', [
    ...HEAD,
    ...JOB,
    '      - run: "${{ x }}\\n::add-mask::x"',
    '        shell: "\\n::stop-commands::x ##[group]"',
  ]);
  const run = await lint('.');
  expect(run.exitCode).toBe(2);
  expect(run.stdout).not.toMatch(/^\s*::|##\[|[^\n\x20-\x7e]/m);
});

test.each([
  ['nothing there', []],
  ['no such folder', ['nowhere']],
])('%s exits 2', async (_name, args) => {
  expect((await lint(...args)).exitCode).toBe(2);
});

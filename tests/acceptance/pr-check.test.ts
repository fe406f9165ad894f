import { afterEach, describe, expect, it } from 'vitest';
import {
  openPullRequestStand,
  type PullRequestStand,
} from '../support/pull-request-stand.ts';
import { manifestText } from '../support/scope-run.ts';

let stand: PullRequestStand;
afterEach(() => stand.close());

const both = {
  'modules/site/content': 'new\n',
  'modules/book/content': 'new\n',
};
const writes = () =>
  stand.api.requests.filter((each) => !each.startsWith('GET'));

describe.each(['forgejo', 'github'] as const)('on %s', (flavour) => {
  it('shows what the merge would apply, in one comment', async () => {
    stand = await openPullRequestStand(flavour);
    const first = await stand.check(both);
    expect(first.codes['check']).toBe('check/waiting');
    expect(first.exitCode).toBe(0);
    expect(first.outputs('check')).toMatchObject({
      eligible: '["site"]',
      commented: 'true',
    });
    expect(stand.comments()).toEqual([
      expect.stringMatching(/^\| site \|[\s\S]*^\| book \| scope\/stateful/m),
    ]);
    const second = await stand.check({ 'modules/site/content': 'newer\n' });
    expect(second.codes['check']).toBe('check/ready');
    expect(stand.comments()).toEqual([expect.not.stringContaining('book')]);
    expect(writes()).toEqual([
      expect.stringMatching(/^POST/),
      expect.stringMatching(/^PATCH/),
    ]);
  });

  it('is safe for forks: it says nothing to the forge, and all in the log', async () => {
    stand = await openPullRequestStand(flavour);
    const run = await stand.check(both, { fork: true });
    expect(run.codes['check']).toBe('check/waiting');
    expect(run.outputs('check')['commented']).toBe('false');
    expect(stand.api.requests).toEqual([]);
    expect(run.log).toContain('scope/stateful book');
  });
});

it.each([
  ['may only read', 403],
  ['is broken', 400],
])('a forge that %s changes no decision', async (_name, status) => {
  stand = await openPullRequestStand('forgejo');
  stand.api.setFault(({ method }) =>
    method === 'GET' ? undefined : { status, body: { message: 'no' } },
  );
  const run = await stand.check(both);
  expect(run.codes['check']).toBe('check/waiting');
  expect(run.outputs('check')['commented']).toBe('false');
  expect(run.exitCode).toBe(0);
});

it('refuses what is broken, all of it, and tells the pull request', async () => {
  stand = await openPullRequestStand('forgejo');
  const run = await stand.check({
    'modules/feed/module.yaml': manifestText('feed', 'tyop: 1'),
    '.platform/gates.yaml': 'schema: 1\n',
    '.forgejo/workflows/a.yml':
      'on: push\npermissions: {}\njobs: {a: {runs-on: x, timeout-minutes: 5, steps: [{uses: a/b@v1}]}}\n',
  });
  expect(run.exitCode).toBe(2);
  const verdict = JSON.parse(run.outputs('check')['verdict'] ?? '') as {
    findings: { code: string }[];
  };
  expect(new Set(verdict.findings.map(({ code }) => code))).toEqual(
    new Set([
      'scope/invalid-manifest',
      'scope/invalid-policy',
      'lint/unpinned-action',
    ]),
  );
  expect(stand.comments()).toEqual([expect.stringContaining('To be repaired')]);
});

it('workflow-command-injection: hostile names are inert in log and comment', async () => {
  stand = await openPullRequestStand('forgejo');
  const run = await stand.check({
    '@all ![x](http:evil) <img>\n::error::x': 'x\n',
    'modules/site/a | b `c` ##[group]': 'x\n',
  });
  expect(run.codes['check']).toBe('check/waiting');
  expect(run.log).not.toMatch(/^::(?!add-mask)|##\[/m);
  const bare = stand
    .comments()
    .join('')
    .replaceAll(/<!--.*?-->/g, '');
  expect(bare).toContain('scope/unclassified-path');
  expect(bare).not.toMatch(/@all|!\[|<img|`/);
});

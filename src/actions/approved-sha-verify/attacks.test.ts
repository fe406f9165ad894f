import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ApprovalStand,
  openApprovalStand,
  type StandSettings,
} from '../../../tests/support/approval-stand.ts';
import { dispatchEvent, pushEvent } from '../../../tests/support/step-run.ts';
import { systemExec } from '../../adapters/exec.ts';

let stand: ApprovalStand;
afterEach(() => stand.close());

async function open(settings: StandSettings = {}): Promise<ApprovalStand> {
  stand = await openApprovalStand(settings);
  return stand;
}

const web = (text: string) => ({ 'modules/web/version': `${text}\n` });
const tip = () => stand.platform.git('rev-parse', 'HEAD');
const codeOf = async (...asked: Parameters<ApprovalStand['verify']>) =>
  (await stand.verify(...asked)).verdict.code;

it('approve-then-push: approved at a, head is now b', async () => {
  const { pulls } = await open({ approval: 'min_approvals: 1' });
  const number = pulls.open([web('a')]);
  const approve = (stale: boolean) => ({
    login: 'carol',
    state: 'APPROVED',
    commit: pulls.of(number).head,
    stale,
  });
  const early = approve(true);
  pulls.push(number, web('b'));
  pulls.change(number, { reviews: [early] });
  pulls.merge(number);
  expect(await codeOf()).toBe('approval/stale-approval');
  // Whatever the forge calls it: the commit is another one.
  pulls.change(number, { reviews: [{ ...early, stale: false }] });
  expect(await codeOf()).toBe('approval/stale-approval');
  pulls.change(number, { reviews: [early, approve(false)] });
  expect(await codeOf()).toBe('approval/approved');
  pulls.change(number, {
    pushes: [{ login: 'carol', commit: pulls.of(number).head }],
  });
  expect(await codeOf()).toBe('approval/self-approval');
});

describe('reviewed-is-merged', () => {
  /** Merges by hand, with more in the merge than the branch has. */
  function slip(how: 'merge' | 'squash', path: string, content: string) {
    const { pulls, platform } = stand;
    const { git } = platform;
    const number = pulls.open([web('1')]);
    const { headRef } = pulls.of(number);
    if (how === 'merge') git('merge', '-q', '--no-ff', '--no-commit', headRef);
    else git('merge', '-q', '--squash', headRef);
    writeFileSync(join(platform.checkout, path), content);
    git('add', '-A');
    git('commit', '-q', '-m', 'merge');
    git('push', '-q', 'origin', 'main');
    const mergeCommit = tip();
    pulls.change(number, {
      mergeCommit,
      mergedBy: 'bob',
      brought: [mergeCommit],
    });
  }

  it.each([
    ['merge', 'modules/web/more', 'x'],
    ['merge', 'modules/web/version', '1 \n'],
    ['squash', 'modules/db/more', 'x'],
    ['squash', 'modules/web/version', '1\r\n'],
  ] as const)('%s with %s slipped in', async (how, path, content) => {
    await open();
    slip(how, path, content);
    expect(await codeOf()).toBe('approval/reviewed-differs');
  });

  it('base merged into the head, and one file changed on both sides, are no difference', async () => {
    const { pulls, platform } = await open({
      files: { 'modules/web/list': 'a\nb\nc\nd\ne\nf\ng\n' },
    });
    const { git } = platform;
    const list = (text: string) => ({ 'modules/web/list': text });
    const first = pulls.open([list('A\nb\nc\nd\ne\nf\ng\n')]);
    const second = pulls.open([list('a\nb\nc\nd\ne\nf\nG\n')]);
    pulls.bring({ 'modules/db/x': '1' });
    pulls.merge(first, 'squash');
    git('checkout', '-q', pulls.of(second).headRef);
    git('merge', '-q', '--no-edit', 'main~1');
    git('push', '-q', 'origin', `HEAD:refs/pull/${second}/head`);
    pulls.change(second, { head: tip() });
    git('checkout', '-q', 'main');
    pulls.merge(second, 'squash');
    expect(await codeOf()).toBe('approval/approved');
  });
});

describe('sha-mapping', () => {
  it('a direct push has no pull request, unless it is of somebody else, exempt or applied', async () => {
    const { platform } = await open();
    platform.commit({ 'modules/db/x': '1' });
    expect(await codeOf()).toBe('approval/approved');
    platform.commit(web('2'));
    expect(await codeOf()).toBe('approval/no-pull-request');
    const push = pushEvent(platform.git('rev-parse', 'HEAD~1'), tip());
    expect((await stand.verify({}, { event: push })).exitStatus).toBe(6);
    const policy = platform.git('show', 'HEAD:.platform/gates.yaml');
    const since = policy.replace('{}', `{since: ${tip()}}`);
    platform.commit({ '.platform/gates.yaml': `${since}\n` });
    expect(await codeOf()).toBe('approval/approved');
  });

  it('open, into another branch, several, none', async () => {
    const { pulls, platform } = await open();
    const number = pulls.open([web('1')]);
    const { head } = pulls.of(number);
    expect(await codeOf({ sha: head })).toBe('approval/not-merged');
    expect(await codeOf({ pr: String(number) })).toBe('approval/not-merged');
    expect(await codeOf({ pr: '99' })).toBe('approval/no-pull-request');
    const merged = pulls.merge(number);
    pulls.change(number, { base: 'next' });
    expect(await codeOf({ sha: head })).toBe('approval/wrong-base');
    pulls.change(number, { base: 'main' });
    expect(await codeOf({ pr: String(number), sha: head })).toBe(
      'approval/approved',
    );
    expect(await codeOf({ pr: String(number), sha: 'd'.repeat(40) })).toBe(
      'approval/no-pull-request',
    );
    const twin = pulls.open([]);
    platform.git(
      'push',
      '-q',
      '-f',
      'origin',
      `${head}:refs/pull/${twin}/head`,
    );
    pulls.change(twin, { head, mergeCommit: merged, mergedBy: 'bob' });
    expect(await codeOf({ sha: head })).toBe('approval/ambiguous');
    expect(await codeOf({ sha: merged, modules: '["db"]' })).not.toBe(
      'approval/approved',
    );
  });

  it('a module that the pull request did not change', async () => {
    const { pulls } = await open();
    const sha = pulls.bring({ 'shared/web/x': '1' });
    expect(await codeOf({ sha })).toBe('approval/approved');
    const { verdict } = await stand.verify({ sha, modules: '["db"]' });
    expect(verdict).toMatchObject({
      code: 'approval/module-not-in-pr',
      reason: 'PR #1 changed none of: modules/db/',
    });
  });
});

it('impostor-sha: what is no commit of the line is nothing', async () => {
  const { pulls, platform } = await open();
  const { git } = platform;
  const sha = pulls.bring(web('1'));
  git('tag', '-a', '-m', 'x', 'v1');
  git('branch', 'e'.repeat(40));
  git('push', '-q', 'origin', 'v1', 'e'.repeat(40));
  for (const [given, exit] of [
    [sha.slice(0, 12), 2],
    ['main', 2],
    ['HEAD', 2],
    [`${sha} `, 2],
    [git('rev-parse', 'v1'), 6],
    [git('rev-parse', 'HEAD^{tree}'), 6],
    ['e'.repeat(40), 6],
    ['f'.repeat(40), 6],
  ] as const) {
    const { verdict, exitStatus } = await stand.verify({ sha: given });
    expect([given, verdict.decision, exitStatus]).toEqual([
      given,
      'refuse',
      exit,
    ]);
  }
  // The forge vouches for it, and the default branch does not have it.
  git('checkout', '-q', '-b', 'side');
  const { mergeBase } = pulls.of(1);
  const lost = git('commit-tree', '-p', mergeBase, '-m', 'x', 'HEAD^{tree}');
  git('push', '-q', 'origin', `${lost}:refs/heads/side`);
  git('checkout', '-q', 'main');
  pulls.change(1, { mergeCommit: lost });
  expect(await codeOf({ sha: lost })).toBe('approval/not-on-base');
});

it('dispatch-forged: what inputs claim changes nothing', async () => {
  const { platform } = await open();
  const before = tip();
  const pushed = platform.commit(web('2'));
  const claims = { approved: 'true', force: 'true', break_glass_reason: 'x' };
  const event = dispatchEvent(pushed, claims);
  expect(await codeOf({}, { event })).toBe('approval/no-pull-request');
  const other = { event: pushEvent(before, pushed) };
  expect(await codeOf({ sha: before }, other)).toBe(
    'input/disagrees-with-event',
  );
  expect(await codeOf({ pr: '1' }, other)).toBe('input/disagrees-with-event');
  expect(await codeOf({ repository: 'eve/platform' })).toBe(
    'input/disagrees-with-event',
  );
  expect(await codeOf({ 'base-branch': 'side' })).toBe(
    'input/disagrees-with-event',
  );
});

it('backdated-commit: dates never enter a decision', async () => {
  const { platform, pulls } = await open();
  const { git } = platform;
  platform.commit(web('2'));
  git('commit', '-q', '--amend', '--no-edit', '--date=2001-01-01T00:00:00Z');
  git('rebase', '-q', '-f', '--committer-date-is-author-date', 'HEAD~1');
  git('push', '-qf', 'origin', 'main');
  expect(git('log', '-1', '--format=%cI')).toContain('2001');
  expect(await codeOf()).toBe('approval/no-pull-request');
  pulls.adopt();
  expect(await codeOf()).toBe('approval/approved');
});

describe('no token, no permission, no git, no answer', () => {
  it('are answers of their own, with exit 3', async () => {
    const { pulls, api } = await open();
    pulls.bring(web('1'));
    const missing = {
      run: async () => ({
        exitCode: undefined,
        stdout: Buffer.alloc(0),
        stderr: '',
        failure: 'not-found' as const,
      }),
    };
    /** git works until the forge's refs are asked for. */
    const exec: typeof systemExec = {
      run: (command) =>
        (command.args.includes('ls-remote') ? missing : systemExec).run(
          command,
        ),
    };
    const answers: [string, Awaited<ReturnType<typeof codeOf>>][] = [
      ['approval/token-missing', await codeOf({ token: '' })],
      ['approval/git-unavailable', await codeOf({}, { ports: { exec } })],
    ];
    for (const [status, expected] of [
      [403, 'approval/forbidden'],
      [404, 'approval/forbidden'],
      [200, 'approval/forge-unavailable'],
    ] as const) {
      api.setFault(() => ({ status, body: '<html>' }));
      answers.push([expected, await codeOf()]);
    }
    for (const [expected, found] of answers) expect(found).toBe(expected);
  });

  it('api-malformed: two endpoints that disagree', async () => {
    const { pulls, api } = await open();
    const sha = pulls.bring(web('1'));
    api.setFault((request, answer) => {
      const given = answer();
      if (!request.url.pathname.endsWith('/pull')) return given;
      return {
        ...given,
        body: { ...Object(given.body), merge_commit_sha: 'd'.repeat(40) },
      };
    });
    expect(await codeOf()).toBe('approval/forge-unavailable');
    expect(await codeOf({ sha })).toBe('approval/forge-unavailable');
  });
});

it('a checkout elsewhere, or with changes, and a filter that is not run', async () => {
  const { pulls, platform } = await open();
  const { git, checkout } = platform;
  const sha = pulls.bring(web('1'));
  pulls.bring({ 'modules/db/x': '1' });
  const newest = tip();
  const event = dispatchEvent(newest);
  git('checkout', '-q', `${sha}~1`);
  expect(await codeOf({ sha }, { event })).toBe('approval/checkout-mismatch');
  git('checkout', '-q', newest);
  const proof = join(platform.root, 'proof');
  git('config', 'filter.evil.clean', `touch ${proof}; cat`);
  git('config', 'filter.evil.required', 'true');
  writeFileSync(join(checkout, '.git/info/attributes'), '* filter=evil\n');
  writeFileSync(join(checkout, 'modules/web/version'), '9\n');
  expect(await codeOf()).toBe('approval/dirty-checkout');
  expect(existsSync(proof)).toBe(false);
});

it('asks the same number of times for 10 and for 3,000 files', async () => {
  const { pulls, api } = await open();
  const counts: number[] = [];
  for (const size of [10, 3_000]) {
    const files = Array.from({ length: size }, (_, index) => [
      `modules/web/${size}/${index}`,
      `${index}\n`,
    ]);
    const sha = pulls.bring(Object.fromEntries(files));
    const before = api.requests.length;
    expect(await codeOf({ sha, modules: '["web"]' })).toBe('approval/approved');
    counts.push(api.requests.length - before);
  }
  // One commit more in the range of the second one.
  const [few = 0, many = 0] = counts;
  expect(many).toBe(few * 2);
});

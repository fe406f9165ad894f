import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandRun, runCommand } from '../support/command-line.ts';
import { type Lane, openLane } from '../support/lane.ts';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({
    modules: { web: {}, db: { manifest: 'stateful: true' } },
  });
});
afterEach(() => lane.close());

/** As somebody who has a token of the forge. */
function cli(...args: readonly string[]): Promise<CommandRun> {
  if (args[0] === 'apply') lane.pulls.adopt();
  const env = {
    APPLY_GATES_TOKEN: lane.token,
    APPLY_GATES_API_URL: `${lane.forge.url}/api/v1`,
    APPLY_GATES_REPOSITORY: 'acme/platform',
  };
  return runCommand({ ...lane.platform, env }, ...args);
}
const tip = () => lane.platform.git('rev-parse', 'HEAD');
const backup = () => lane.armed('db')['backup_ref'] ?? '';
const web = (version: string) => lane.platform.module('web', { version });

describe('scope', () => {
  it('shows what a push would apply', async () => {
    lane.commit(web('2'));
    const run = await cli('scope', '--base', 'HEAD~1', '--json');
    expect(run.exitCode).toBe(0);
    expect(run.json()).toMatchObject({
      verdict: { code: 'scope/eligible', modules: ['web'] },
      outputs: { eligible: ['web'], count: 1 },
    });
  });

  it('of a stateful module exits 4', async () => {
    const run = await cli('scope', '--module', 'db', '--json');
    expect(run.exitCode).toBe(4);
    expect(run.json()).toMatchObject({ verdict: { code: 'scope/stateful' } });
  });

  it('of a stateful module with a valid override is eligible', async () => {
    const override = ['--allow-stateful', '--backup-ref', backup()];
    const run = await cli('scope', '--module', 'db', ...override, '--json');
    expect(run.exitCode).toBe(0);
    expect(run.json()).toMatchObject({
      verdict: { code: 'stateful/armed' },
      outputs: { eligible: ['db'], 'require-noop': true },
    });
  });

  it.each([
    ['/elsewhere/db-20260101T000000Z.tar.gz', 'stateful/backup-ref-invalid'],
    ['', 'stateful/backup-ref-missing'],
  ])('of a stateful module with the backup %j exits 4', async (path, code) => {
    const override = ['--allow-stateful', '--backup-ref', path];
    const run = await cli('scope', '--module', 'db', ...override, '--json');
    expect(run.exitCode).toBe(4);
    expect(run.json()).toMatchObject({ verdict: { code } });
  });

  it('of nobody exits 2', async () => {
    expect((await cli('scope', '--module', 'none')).exitCode).toBe(2);
  });
});

describe('plan and apply', () => {
  it('plan exits 1 where something would change, and 0 once it is applied', async () => {
    lane.commit(web('2'));
    const drift = await cli('plan', 'web', '-o', '../plan.json');
    expect(drift.exitCode).toBe(1);
    const path = join(lane.platform.root, 'plan.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      module: 'web',
      source_sha: tip(),
      exit_code: 1,
    });
    const applied = await cli('apply', '../plan.json', '--approved', tip());
    expect(applied.exitCode, applied.stdout).toBe(0);
    expect(lane.platform.running('web')).toBe('2');
    expect((await cli('plan', 'web')).exitCode).toBe(0);
  });

  it('apply --dry-run changes nothing', async () => {
    lane.commit(web('2'));
    const before = lane.listHost();
    const run = await cli(
      'apply',
      'web',
      '--approved',
      tip(),
      '--dry-run',
      '--json',
    );
    expect(run.exitCode).toBe(0);
    expect(lane.listHost()).toEqual(before);
    expect(lane.status('web')).toBeUndefined();
  });

  it('apply records what it did, as status shows', async () => {
    lane.commit(web('2'));
    const run = await cli('apply', '--approved', tip(), 'web', '--json');
    expect(run.exitCode, run.stdout).toBe(0);
    const status = await cli('status', 'web', '--json');
    expect(status.json()).toMatchObject({
      modules: [
        { module: 'web', last_apply_sha: tip(), last_apply_result: 'applied' },
      ],
    });
    const again = await cli('apply', '--approved', tip(), 'web');
    expect(again.exitCode).toBe(0);
    expect(lane.platform.applies('web')).toEqual(['2']);
  });

  it('apply of what runs the forge works here, and in no job of the forge', async () => {
    const manifest = 'self_hosting: true';
    lane.commit(lane.platform.module('web', { version: '2', manifest }));
    const job = await lane.dispatch({ module: 'web' });
    expect(job.codes).toMatchObject({ scope: 'scope/self-hosting' });
    expect(lane.platform.running('web')).toBeUndefined();
    const run = await cli('apply', 'web', '--approved', tip());
    expect(run.exitCode, run.stdout).toBe(0);
    expect(lane.platform.running('web')).toBe('2');
  });

  it('apply of an edited plan is refused with exit 5', async () => {
    lane.commit(web('2'));
    await cli('plan', 'web', '-o', '../plan.json');
    const path = join(lane.platform.root, 'plan.json');
    const plan = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      plan.replace('"action": "update"', '"action": "create"'),
    );
    const run = await cli('apply', '../plan.json', '--approved', tip());
    expect(run.exitCode).toBe(5);
    expect(lane.platform.running('web')).toBeUndefined();
  });

  it('apply of a stateful module is refused without the override, and may change with it', async () => {
    const refused = await cli('apply', 'db', '--approved', tip());
    expect(refused.exitCode).toBe(4);
    const armed = await cli(
      ...['apply', 'db', '--approved', tip(), '--allow-stateful'],
      ...['--backup-ref', backup()],
      ...['--stateful-confirm', `apply db ${tip()}`],
    );
    expect(armed.exitCode, armed.stdout).toBe(0);
    expect(lane.platform.running('db')).toBe('1');
  });

  it('apply of a commit that is not on the default branch is refused', async () => {
    const { git } = lane.platform;
    git('checkout', '--quiet', '-b', 'side');
    git('commit', '--quiet', '--allow-empty', '--message', 'not merged');
    const run = await cli('apply', 'web', '--approved', tip(), '--json');
    expect(run.exitCode).toBe(6);
    const [verify] = Object(run.json()).steps;
    expect(verify).toMatchObject({
      id: 'verify',
      verdict: { code: 'approval/no-pull-request' },
    });
    expect(lane.platform.running('web')).toBeUndefined();
  });
});

describe('status', () => {
  it('of a platform on which nothing was applied says so', async () => {
    const run = await cli('status', '--json');
    expect(run.exitCode).toBe(0);
    expect(run.json()).toEqual({ modules: [], observed: [], holds: [] });
  });

  it('of a module that nobody knows exits 2', async () => {
    expect((await cli('status', 'none')).exitCode).toBe(2);
  });
});

describe('validate', () => {
  it('passes a platform whose documents are fine', async () => {
    const run = await cli('validate', '.', '--json');
    expect(run.exitCode).toBe(0);
    expect(run.json()).toMatchObject({ valid: true, modules: 5 });
  });

  it('names file and key of every problem, and exits 2', async () => {
    const path = join(lane.platform.checkout, 'modules/web/module.yaml');
    writeFileSync(path, `${readFileSync(path, 'utf8')}\nextra: 1\n`);
    const run = await cli('validate', '.', '--json');
    expect(run.exitCode).toBe(2);
    expect(run.json()).toMatchObject({
      valid: false,
      problems: [{ file: 'modules/web/module.yaml', key: 'extra' }],
    });
  });

  it('of a folder without a policy exits 2', async () => {
    expect((await cli('validate', 'docs')).exitCode).toBe(2);
  });
});

describe('rehearse', () => {
  it('runs the whole lane here, and keeps its state here', async () => {
    lane.commit(web('2'));
    const run = await cli('rehearse', '--base', 'HEAD~1', '--json');
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.json()).toMatchObject({ exit: 0 });
    expect(lane.platform.running('web')).toBe('2');
    expect(lane.status('web')).toBeUndefined();
  });

  it('--plan-only ends before the apply', async () => {
    lane.commit(web('2'));
    const before = lane.listHost();
    const run = await cli(
      'rehearse',
      '--base',
      'HEAD~1',
      '--plan-only',
      '--json',
    );
    expect(run.exitCode).toBe(0);
    const { steps } = run.json() as { steps: { id: string; ran: boolean }[] };
    const ran = steps.filter((step) => step.ran).map((step) => step.id);
    expect(ran).toEqual([
      'scope',
      'stateful',
      'approval',
      'plan',
      'guard',
      'report',
      'artifact',
    ]);
    expect(lane.listHost()).toEqual(before);
  });

  it('takes an event and its inputs', async () => {
    const inputs = ['--event', 'workflow_dispatch', '--input', 'module=db'];
    const run = await cli('rehearse', ...inputs, '--json');
    expect(run.exitCode).toBe(4);
    expect(run.json()).toMatchObject({
      steps: [
        { id: 'scope', verdict: { code: 'scope/stateful' } },
        {},
        {},
        {},
        {},
        {},
        {},
        {},
      ],
    });
  });

  it('of a pull request applies nothing', async () => {
    lane.commit(web('2'));
    const before = lane.listHost();
    const event = ['--event', 'pull_request', '--base', 'HEAD~1'];
    const run = await cli('rehearse', ...event, '--json');
    expect(run.stdout).not.toContain('apply/applied');
    expect(lane.listHost()).toEqual(before);
  });
});

describe('bad usage exits 2', () => {
  it.each([
    [[]],
    [['nonsense']],
    [['scope', '--nonsense']],
    [['scope', '--event', 'issue_comment']],
    [['scope', '--base', '--upload-pack=id']],
    [['plan']],
    [['plan', '../../etc']],
    [['plan', 'web', '-o', '/nonexistent/plan.json']],
    [['apply', 'web']],
    [['apply', 'web', '--approved', 'main']],
    [['apply', 'web', '--approved', 'f'.repeat(40)]],
    [['apply', 'web', '--approved', 'f'.repeat(40), '--approved-pr', '-1']],
    [['apply', '/etc/passwd', '--approved', 'f'.repeat(40)]],
    [['rehearse', '--input', 'force=true']],
    [['rehearse', '--head', 'nothing']],
    [['validate', '/nonexistent']],
  ])('%j', async (args) => {
    const before = lane.listHost();
    const run = await cli(...args);
    expect(run.exitCode, run.stdout + run.stderr).toBe(2);
    expect(run.stdout + run.stderr).not.toContain('internal/bug');
    expect(lane.listHost()).toEqual(before);
  });
});

it('--help and --version exit 0', async () => {
  expect((await cli('--help')).exitCode).toBe(0);
  expect((await cli('apply', '--help')).stdout).toContain('--approved');
});

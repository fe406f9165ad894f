import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type GuardPlatform,
  makeGuardPlatform,
} from '../../../tests/support/guard-platform.ts';
import { pushEvent, type StepRun } from '../../../tests/support/step-run.ts';
import { passVerdict } from '../../model/verdict.ts';

let platform: GuardPlatform;
beforeAll(() => {
  platform = makeGuardPlatform();
});
afterAll(() => platform.close());
beforeEach(() => {
  rmSync(join(platform.checkout, 'plans'), { recursive: true, force: true });
});

describe('what the policy calls sacred', () => {
  const allowed = { modules: '["vault"]', 'require-noop': 'false' };

  it('never drifts', async () => {
    platform.write('plans/vault.json', platform.makeDrift('vault'));
    const ended = await platform.run(allowed);
    expect(ended.verdict.code).toBe('plan/sacred');
  });

  it('may be in sync', async () => {
    platform.write('plans/vault.json', platform.makePlan('vault'));
    const ended = await platform.run(allowed);
    expect(ended.verdict.code).toBe('plan/in-sync');
  });

  it('is read where the trusted commit says it, or nothing passes', async () => {
    platform.write('plans/vault.json', platform.makeDrift('vault'));
    const ended = await platform.run({
      ...allowed,
      policy: '.platform/other.yaml',
    });
    expect(ended.verdict.code).toBe('scope/no-policy');
  });

  it('self-change: cannot be taken out by the push that drifts', async () => {
    platform.write('plans/vault.json', '');
    const before = platform.head;
    const after = platform.commit({
      '.platform/gates.yaml': 'schema: 1\nhosts: {web1: {transport: local}}\n',
    });
    platform.write(
      'plans/vault.json',
      platform.makeDrift('vault', { source_sha: after }),
    );
    const ended = await platform.run(
      { ...allowed, sha: after },
      platform.begin(pushEvent(before, after)),
    );
    expect(ended.verdict.code).toBe('plan/sacred');
    platform.git('reset', '-q', '--hard', before);
    platform.git('push', '-q', '-f', 'origin', 'HEAD:refs/heads/main');
  });
});

describe('an armed job', () => {
  const arm = (job: StepRun) =>
    job.ports.verdicts.appendVerdict(
      'stateful-gate',
      passVerdict(
        { gate: 'stateful-gate', sha: platform.head },
        'stateful/armed',
        '',
        {
          modules: ['site'],
        },
      ),
    );

  it('dispatch-forged: require-noop false does not disarm it', async () => {
    platform.write('plans/site.json', platform.makeDrift('site'));
    const job = platform.begin();
    arm(job);
    const ended = await platform.run({ 'require-noop': 'false' }, job);
    expect(ended.verdict.code).toBe('plan/drift-refused');
    expect(ended.verdict.evidence).toMatchObject({
      require_noop: false,
      armed: true,
    });
  });

  it('passes what is in sync', async () => {
    platform.write('plans/site.json', platform.makePlan('site'));
    const job = platform.begin();
    arm(job);
    const ended = await platform.run({ 'require-noop': 'false' }, job);
    expect(ended.verdict.code).toBe('plan/in-sync');
  });
});

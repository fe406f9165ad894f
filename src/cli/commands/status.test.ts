import { afterEach, beforeEach, expect, it } from 'vitest';
import { runHere } from '../../../tests/support/audit-platform.ts';
import { runTestLane } from '../../../tests/support/lane-run.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import { changeStatus } from '../../../tests/support/status-writer.ts';
import { pushEvent } from '../../../tests/support/step-run.ts';

let platform: ServicePlatform;
beforeEach(async () => {
  platform = makeServicePlatform();
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit({
    ...platform.module('api'),
    ...platform.module('web'),
  });
  await runTestLane(platform, pushEvent(before, after));
});
afterEach(() => platform.close());

const run = (...args: readonly string[]) =>
  runHere(platform.checkout, ['status', ...args], false);
/** Position of a module, as --json says it. */
async function positionOf(module: string): Promise<string | undefined> {
  const end = await run(module, '--json');
  const { modules } = end.json() as { modules: { position: string }[] };
  return modules[0]?.position;
}

it('tells for each module what is live, since when, by whom, and how it stands', async () => {
  const sha = platform.commit({ 'modules/web/version': '2\n' });
  expect(await positionOf('api')).toBe('in-sync');
  expect(await positionOf('web')).toBe('behind');
  const { stdout } = await run();
  const [header, api, web] = stdout.split('\n');
  expect(header).toMatch(/^MODULE +LIVE +PR +POSITION +RESULT +HEALTH/);
  expect(api).toMatch(/^api .* in-sync +applied +healthy .* ada +here /);
  expect(web).toMatch(/^web .* behind +applied +healthy /);
  expect(stdout).not.toContain(sha.slice(0, 12));
});

it('7: a history without the applied commit is seen as diverged', async () => {
  platform.git('reset', '-q', '--hard', 'HEAD~1');
  platform.git('commit', '-q', '--allow-empty', '-m', 'another line');
  platform.git('push', '-qf', 'origin', 'HEAD:refs/heads/main');
  expect(await positionOf('web')).toBe('diverged');
});

it('a default branch that was turned back leaves what is live ahead', async () => {
  platform.git('push', '-qf', 'origin', 'HEAD~1:refs/heads/main');
  expect(await positionOf('web')).toBe('ahead');
});

it('what nobody has seen end is unknown', async () => {
  await changeStatus(platform, 'web', { last_apply_result: 'unknown' });
  expect(await positionOf('web')).toBe('unknown');
});

it('a commit that is in no repository is unknown', async () => {
  const gone = { last_apply_sha: 'f'.repeat(40), tree: 'f'.repeat(64) };
  await changeStatus(platform, 'web', gone);
  expect(await positionOf('web')).toBe('unknown');
});

it('reads the policy of the default branch, not of the commit checked out', async () => {
  const policy = '.platform/gates.yaml';
  platform.git('checkout', '-q', '-b', 'change');
  platform.git('rm', '-q', policy);
  platform.git('commit', '-q', '-m', 'no policy');
  expect(await positionOf('web')).toBe('in-sync');
});

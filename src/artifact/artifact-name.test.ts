import { expect, test } from 'vitest';
import type { Status } from '../model/status.ts';
import { defaultArtifactName } from './artifact-name.ts';

const run = { id: '70', number: '7', attempt: '1', url: '' };
const status = (pullRequest: number | null, id = run.id): Status => ({
  schema: 1,
  module: 'web',
  last_apply_sha: null,
  approved_sha: null,
  head_sha: null,
  last_apply_pr: pullRequest,
  last_apply_at: '2026-05-16T11:30:00Z',
  last_apply_host: 'web1',
  last_apply_actor: 'ada',
  last_apply_returncode: 0,
  last_apply_result: 'applied',
  tree: null,
  attempted_sha: 'a'.repeat(40),
  attempted_tree: 'b'.repeat(64),
  plan_digest: '',
  health: 'healthy',
  restarts: null,
  run: { ...run, id },
  break_glass_reason: null,
  fence: null,
});

test.each([
  ['the pull request of the event', 3, [status(5)], '3'],
  ['the one that this run applied', undefined, [status(5), status(5)], '5'],
  ['the run where it applied two', undefined, [status(5), status(6)], '7'],
  ['the run where it applied none', undefined, [status(null)], '7'],
  ['the run, not what another run applied', undefined, [status(5, '69')], '7'],
])('is named after %s', (_name, pullRequest, statuses, number) => {
  expect(defaultArtifactName({ pullRequest, run, statuses })).toBe(
    `platform-apply-state-${number}`,
  );
});

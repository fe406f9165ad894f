import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { autoApplyScopeStep } from '../../src/actions/auto-apply-scope/run.ts';
import type { Ports, RawInputs } from '../../src/actions/step.ts';
import { openBranchClone } from '../../src/adapters/branch-clone.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { systemExec } from '../../src/adapters/exec.ts';
import { parseRemoteAddress } from '../../src/adapters/git-remote.ts';
import type { LaneEvent } from '../../src/model/event.ts';
import type { Status } from '../../src/model/status.ts';
import { renderStatuses } from '../../src/state/status-store.ts';
import { openStateStore } from '../../src/state/store.ts';
import { type Changes, makePlatform, type Platform } from './platform.ts';
import { makeStepRun } from './step-run.ts';

/** The smallest policy: one host, and what the tests add to it. */
export function policyText(more = ''): string {
  return `schema: 1\nhosts:\n  here: {transport: local}\n  there: {transport: local}\n${more}`;
}

/** A manifest of a module, with what the test adds to it. */
export function manifestText(id: string, more = ''): string {
  const stateful = more.includes('stateful:') ? '' : 'stateful: false\n';
  const host = more.includes('host:') ? '' : 'host: here\n';
  const driver = more.includes('driver:')
    ? ''
    : 'driver: command\ncommand: {plan: [sh, plan], apply: [sh, apply], health: [sh, health]}\n';
  return `schema: 1\nid: ${id}\n${stateful}${host}${driver}${more}\n`;
}

/** Files of a module: its manifest and one more. */
export function moduleFiles(id: string, more = ''): Changes {
  return {
    [`modules/${id}/module.yaml`]: manifestText(id, more),
    [`modules/${id}/content`]: `${id}\n`,
  };
}

/** A platform with a policy and modules. */
export function makeScopePlatform(
  files: Changes = {
    ...moduleFiles('site'),
    ...moduleFiles('feed'),
    ...moduleFiles('book', 'stateful: true'),
  },
  policy = policyText(),
): Platform {
  return makePlatform({ '.platform/gates.yaml': policy, ...files });
}

const blockedSchema = z.array(
  z.strictObject({ module: z.string(), code: z.string(), reason: z.string() }),
);
const listSchema = z.array(z.string());

/** Runs scope for an event, and reads what it put out. */
export async function runScope(
  platform: Platform,
  event: LaneEvent,
  inputs: RawInputs = {},
  over: Partial<Ports> = {},
) {
  const run = makeStepRun(platform, event, over);
  const outcome = await run.run(autoApplyScopeStep, inputs);
  const list = (name: string) =>
    listSchema.parse(JSON.parse(outcome.outputs[name] ?? '[]'));
  const blocked = blockedSchema.parse(
    JSON.parse(outcome.outputs['blocked'] ?? '[]'),
  );
  return {
    code: outcome.verdict.code,
    exit: outcome.exitStatus,
    findings: outcome.verdict.findings.map((each) => each.code),
    modules: list('modules'),
    eligible: list('eligible'),
    stateful: list('stateful'),
    blocked: blocked.map(({ module, code }) => `${module} ${code}`),
    count: outcome.outputs['count'],
    verdict: outcome.verdict,
  };
}

/** A push of changes to main, judged. */
export async function pushAndScope(
  platform: Platform,
  changes: Changes,
  inputs: RawInputs = {},
) {
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(changes);
  return runScope(platform, pushOf(before, after), inputs);
}

export function pushOf(before: string, after: string): LaneEvent {
  const [ref, defaultBranch] = ['refs/heads/main', 'main'];
  return { name: 'push', before, after, ref, defaultBranch };
}

/** Identity of a folder's files at a commit, as the design defines it. */
export function treeOf(
  platform: Platform,
  sha: string,
  ...paths: readonly string[]
): string {
  const listed = platform.git('ls-tree', '-r', sha, '--', ...paths);
  const lines = listed.split('\n').map((line) => {
    const [, mode = '', oid = '', path = ''] =
      /^(\d+) \w+ (\w+)\t(.+)$/.exec(line) ?? [];
    return { path, record: `${mode} ${oid}\t${path}\0` };
  });
  const sorted = lines.sort((a, b) => (a.path < b.path ? -1 : 1));
  const text = sorted.map(({ record }) => record).join('');
  return createHash('sha256').update(text).digest('hex');
}

/** Records that modules were applied at a commit, as module-apply does. */
export async function recordApplied(
  platform: Platform,
  ids: readonly string[],
  over: Partial<Status> = {},
): Promise<void> {
  const sha = platform.git('rev-parse', 'HEAD');
  const statuses = ids.map(
    (id): Status => ({
      schema: 1,
      module: id,
      last_apply_sha: sha,
      approved_sha: null,
      head_sha: null,
      last_apply_pr: null,
      last_apply_at: '2026-05-16T11:00:00Z',
      last_apply_host: 'here',
      last_apply_actor: 'ada',
      last_apply_returncode: 0,
      last_apply_result: 'applied',
      tree: treeOf(platform, sha, `modules/${id}`),
      attempted_sha: sha,
      attempted_tree: treeOf(platform, sha, `modules/${id}`),
      plan_digest: `sha256:${'0'.repeat(64)}`,
      health: 'healthy',
      restarts: 0,
      run: { id: '1', number: '1', attempt: '1', url: '' },
      break_glass_reason: null,
      fence: null,
      ...over,
    }),
  );
  mkdirSync(join(platform.root, 'record'), { recursive: true });
  const folder = mkdtempSync(join(platform.root, 'record', 'store-'));
  const branch = 'platform-state';
  const remote = parseRemoteAddress(platform.remote, { allowLocalPath: true });
  const clone = openBranchClone({ exec: systemExec, remote, branch, folder });
  const store = openStateStore({ clone, branch, clock: systemClock });
  await store.commit({
    message: 'record',
    update: async () => renderStatuses(statuses),
  });
  clone.close();
  rmSync(folder, { recursive: true, force: true });
}

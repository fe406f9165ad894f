import { statefulGateStep } from '../../src/actions/stateful-gate/run.ts';
import type { RawInputs } from '../../src/actions/step.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import type { LaneEvent } from '../../src/model/event.ts';
import type { Status } from '../../src/model/status.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { openRepositoryState } from '../../src/repository/repository-state.ts';
import { openWorkingDirectory } from '../../src/repository/subject.ts';
import { renderStatuses } from '../../src/state/status-store.ts';
import { type Changes, makePlatform, type Platform } from './platform.ts';
import { dispatchEvent, makeStepRun } from './step-run.ts';

/** When every run of the gate in these tests takes place. */
const NOW = new Date('2026-05-16T12:00:00Z');
const BACKUP_ROOT = '/srv/backups';
export const POLICY = [
  'schema: 1',
  'hosts:',
  '  web1: {transport: local}',
  'stateful: {backup_root: /srv/backups}',
  'approval: {not_counted: ["agent-*"]}',
  '',
].join('\n');

const manifest = (id: string, more: string, host = 'web1') =>
  [
    'schema: 1',
    `id: ${id}`,
    `host: ${host}`,
    'driver: command',
    'command: {plan: ["true"], apply: ["true"], health: ["true"]}',
    more,
    '',
  ].join('\n');
const module = (id: string, more: string): Changes => ({
  [`modules/${id}/module.yaml`]: manifest(id, more),
});

/** A repository with stateful modules, and the gate run on it. */
export interface StatefulPlatform extends Platform {
  /** Where once, flip and gone were still stateful. */
  readonly first: string;
  /** The commit after it, where once says that it is stateless. */
  readonly second: string;
  readonly head: string;
  /** Runs the gate for an event; a dispatch of head by ada by default. */
  run(
    inputs: RawInputs,
    event?: LaneEvent,
    actor?: string,
  ): ReturnType<ReturnType<typeof makeStepRun>['run']>;
  /** Inputs that arm a module at head. */
  arm(id: string): RawInputs;
  /** Puts a status on the state branch of the remote, as an apply does. */
  recordApplied(id: string, sha: string): Promise<void>;
}

export function makeStatefulPlatform(): StatefulPlatform {
  const platform = makePlatform({
    '.platform/gates.yaml': POLICY,
    ...module('book', 'stateful: true'),
    ...module('book-db', 'stateful: true'),
    ...module('site', 'stateful: false'),
    ...module('flip', 'stateful: true'),
    ...module('once', 'stateful: true'),
    ...module('gone', 'stateful: true'),
  });
  const first = platform.git('rev-parse', 'HEAD');
  const second = platform.commit(module('once', 'stateful: false'));
  const head = platform.commit({
    ...module('flip', 'stateful: false'),
    'modules/lost/module.yaml': manifest('lost', 'stateful: true', 'elsewhere'),
    'modules/silent/module.yaml': manifest('silent', 'auto_apply: true'),
    'modules/gone/module.yaml': null,
  });
  return {
    ...platform,
    first,
    second,
    head,
    run: (inputs, event = dispatchEvent(head), actor = 'ada') => {
      const { context } = makeStepRun(platform, event).ports;
      const clock = { ...systemClock, now: () => NOW, sleep: async () => {} };
      const over = { clock, context: { ...context, actor } };
      return makeStepRun(platform, event, over).run(statefulGateStep, inputs);
    },
    arm: (id) => ({
      modules: JSON.stringify([id]),
      'allow-stateful': 'true',
      'backup-ref': `${BACKUP_ROOT}/${id}-20260516T110000Z.tar.gz`,
      'stateful-confirm': `apply ${id} ${head.slice(0, 7)}`,
    }),
    recordApplied: (id, sha) => recordApplied(platform, makeStatus(id, sha)),
  };
}

/** The one code of a pass, or every code of a refusal. */
export function codesOf(verdict: Verdict): readonly string[] {
  return verdict.decision === 'pass'
    ? [verdict.code]
    : verdict.findings.map((each) => each.code);
}

async function recordApplied(
  platform: Platform,
  status: Status,
): Promise<void> {
  const event = dispatchEvent(status.attempted_sha);
  const { ports } = makeStepRun(platform, event);
  const state = await openRepositoryState(ports, {
    repository: openWorkingDirectory(ports, '.'),
    branch: 'platform-state',
  });
  try {
    await state.store.commit({
      message: `apply ${status.module}`,
      update: async () => renderStatuses([status]),
    });
  } finally {
    state.close();
  }
}

function makeStatus(id: string, sha: string): Status {
  return {
    schema: 1,
    module: id,
    last_apply_sha: sha,
    approved_sha: null,
    head_sha: null,
    last_apply_pr: null,
    last_apply_at: '2026-05-01T00:00:00Z',
    last_apply_host: 'web1',
    last_apply_actor: 'ada',
    last_apply_returncode: 0,
    last_apply_result: 'applied',
    tree: 'a'.repeat(64),
    attempted_sha: sha,
    attempted_tree: 'a'.repeat(64),
    plan_digest: `sha256:${'a'.repeat(64)}`,
    health: 'healthy',
    restarts: 0,
    run: { id: '1', number: '1', attempt: '1', url: '' },
    break_glass_reason: null,
    fence: null,
  };
}

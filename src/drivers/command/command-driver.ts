import * as z from 'zod';
import { packRelease } from '../../host/pack-release.ts';
import type { Plan } from '../../model/plan.ts';
import { planDigest } from '../../model/plan-digest.ts';
import { printable } from '../../model/printable.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import { finding } from '../../model/verdict.ts';
import type {
  ApplyRequest,
  ApplyResult,
  Driver,
  PlanRequest,
  PlanResult,
} from '../driver.ts';
import { outputLines } from './attempt-record.ts';
import { parseCommandOutput, publishChanges } from './command-output.ts';
import {
  applyTimeoutMs,
  attemptName,
  DEFAULT_LOCK_WAIT_MS,
  planTimeoutMs,
  releaseFields,
} from './command-request.ts';
import { followAttempt, readRecord } from './follow-attempt.ts';
import { problemOf, textOf } from './host-problem.ts';

/** What the program keeps of a command's output; more of it is cut off. */
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** Exit statuses of `timeout` itself. */
const TIMEOUT_STATUSES: readonly number[] = [124, 137];

/** What apply compares, under the lock, with what the host says then. */
const observedSchema = z.strictObject({
  release: z.string().nullable(),
  plan_status: z.int(),
  /** Keyed with a secret of the host; null where the output is for people. */
  plan_sum: z.string().nullable(),
});

const planAnswerSchema = z.object({
  status: z.coerce.number().int().min(0).max(255),
  sum: z.string().regex(/^[0-9a-f]{64}$/),
  live: z.string().regex(/^(?:[0-9a-f]{64})?$/),
  health: z.enum(['healthy', 'unhealthy', 'unknown']),
  bytes: z.coerce.number().int().min(0),
  stdout: z.string(),
  stderr: z.string(),
});

type PlanAnswer = z.output<typeof planAnswerSchema>;

/** Modules that are planned, applied and checked by commands of their own. */
export const commandDriver: Driver = {
  plan: planCommand,
  apply: applyCommand,
  readRecord,
};

async function planCommand(request: PlanRequest): Promise<PlanResult> {
  const { host, release } = request;
  const packed = await packRelease(release);
  if (packed.kind === 'refused') return { ...packed, output: [] };
  const reply = await host.perform({
    fields: {
      op: 'plan',
      body_sha256: packed.sha256,
      ...releaseFields(host, release),
    },
    body: packed.archive,
    timeoutMs: planTimeoutMs(release),
  });
  if (reply.kind === 'lost') {
    return { kind: 'refused', refusal: reply.finding, output: [] };
  }
  const problem = problemOf(reply.fields, host, release);
  if (problem) return { kind: 'refused', refusal: problem, output: [] };
  const fields = Object.fromEntries(
    Object.keys(planAnswerSchema.shape).map((key) => [
      key,
      textOf(reply.fields, key),
    ]),
  );
  const answer = planAnswerSchema.safeParse(fields);
  return answer.success
    ? planOf(request, answer.data)
    : refuse(request, 'host/nonsense', 'the answer to a plan is incomplete');
}

/** The exit-code contract: 0 in sync, a listed code drift, else an error. */
function planOf(request: PlanRequest, answer: PlanAnswer): PlanResult {
  const { command } = request.release.manifest;
  const drifted = command?.drift_exit_codes.includes(answer.status) ?? false;
  const output = outputLines(`${answer.stdout}${answer.stderr}`, request.host);
  const error = (why: string) => ({
    ...refuse(request, 'plan/error', `the plan command ${why}`),
    output,
  });
  if (answer.status !== 0 && !drifted) {
    const last = printable(output.slice(-3).join(' | '));
    const how = TIMEOUT_STATUSES.includes(answer.status)
      ? `was stopped after ${(command?.timeout ?? 0) / 1000}s`
      : `exited ${answer.status}`;
    return error(last === '' ? how : `${how}: ${last}`);
  }
  if (answer.bytes >= MAX_OUTPUT_BYTES) return error('printed more than 1 MiB');
  const said = parseCommandOutput(answer.stdout);
  if (said.kind === 'malformed') {
    return error(`printed changes that cannot be read (${said.why})`);
  }
  const changes = said.kind === 'changes' ? said.changes : [];
  if (!drifted && changes.length > 0) {
    return error(`exited 0 and named ${changes.length} changes`);
  }
  const plan = draftPlan(request, answer, {
    drifted,
    spoke: said.kind === 'changes',
    changes:
      drifted && changes.length === 0
        ? [anyChange(request.release.module)]
        : publishChanges(changes, request.host.redact),
  });
  return {
    kind: 'planned',
    plan: { ...plan, digest: planDigest(plan) },
    output,
  };
}

function draftPlan(
  { createdAt, host, release }: PlanRequest,
  answer: PlanAnswer,
  found: {
    readonly drifted: boolean;
    readonly spoke: boolean;
    readonly changes: Plan['changes'];
  },
): Omit<Plan, 'digest'> {
  const observed: z.output<typeof observedSchema> = {
    release: answer.live === '' ? null : answer.live,
    plan_status: answer.status,
    plan_sum: found.spoke ? answer.sum : null,
  };
  return {
    schema: 1,
    module: release.module,
    source_sha: release.sha,
    tree: release.tree,
    created_at: createdAt,
    driver: 'command',
    host: host.name,
    exit_code: found.drifted ? 1 : 0,
    changes: found.changes,
    observed,
    health: answer.health,
    release_update: !found.drifted && observed.release !== release.tree,
    adopted: !found.drifted && observed.release === null,
  };
}

/** Drift of a command that does not say what would change. */
function anyChange(module: string): Plan['changes'][number] {
  return {
    resource: `command/${module}`,
    action: 'update',
    destructive: false,
    sacred: false,
    detail: '',
  };
}

async function applyCommand(request: ApplyRequest): Promise<ApplyResult> {
  const { host, plan, release, run } = request;
  const unbound = findUnbound(request);
  if (unbound) return { result: 'refused', output: [], ...unbound };
  const observed = observedSchema.safeParse(plan.observed);
  if (!observed.success || plan.exit_code === 2) {
    const why = 'the plan does not hold what an apply compares';
    return refusedApply(request, 'plan/malformed', why);
  }
  const packed = await packRelease(release);
  if (packed.kind === 'refused') {
    return { result: 'refused', finding: packed.refusal, output: [] };
  }
  const record = attemptName(run, plan);
  const lockWaitMs = request.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS;
  const reply = await host.perform({
    fields: {
      op: 'apply',
      body_sha256: packed.sha256,
      ...releaseFields(host, release),
      attempt: record,
      expect_release: observed.data.release ?? '',
      expect_status: String(observed.data.plan_status),
      expect_output: observed.data.plan_sum ?? '',
      fence: request.fence === undefined ? '' : String(request.fence),
      lock_wait: String(Math.ceil(lockWaitMs / 1000)),
    },
    body: packed.archive,
    timeoutMs: applyTimeoutMs(release, lockWaitMs),
  });
  return followAttempt(request, record, reply);
}

/** A plan for something else is never held against this release. */
function findUnbound({ host, plan, release }: ApplyRequest) {
  const pairs = [
    ['plan/wrong-module', plan.module, release.module],
    ['plan/wrong-module', plan.host, host.name],
    ['plan/wrong-module', plan.driver, 'command'],
    ['plan/wrong-source', plan.source_sha, release.sha],
    ['plan/wrong-source', plan.tree ?? '', release.tree],
  ] as const;
  const wrong = pairs.find(([, planned, given]) => planned !== given);
  if (!wrong) return undefined;
  const [code, planned, given] = wrong;
  const reason = `${release.module}: the plan is for ${printable(planned)}, not for ${printable(given)}`;
  return { finding: finding(code, reason, { module: release.module }) };
}

function refuse(
  { host, release }: PlanRequest,
  code: ReasonCode,
  why: string,
): PlanResult {
  const reason = `${release.module} on ${host.name}: ${why}`;
  return {
    kind: 'refused',
    refusal: finding(code, reason, { module: release.module }),
    output: [],
  };
}

function refusedApply(
  { host, release }: ApplyRequest,
  code: ReasonCode,
  why: string,
): ApplyResult {
  const reason = `${release.module} on ${host.name}: ${why}`;
  return {
    result: 'refused',
    finding: finding(code, reason, { module: release.module }),
    output: [],
  };
}

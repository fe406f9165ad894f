import { readAcknowledged } from '../../host/acknowledgement.ts';
import { packRelease } from '../../host/pack-release.ts';
import { seenFence } from '../../host/seen-fence.ts';
import type { Acknowledged } from '../../model/acknowledged.ts';
import type { Plan } from '../../model/plan.ts';
import { planDigest } from '../../model/plan-digest.ts';
import { printable } from '../../model/printable.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import { finding } from '../../model/verdict.ts';
import { outputLines } from '../attempt/attempt-record.ts';
import type { PlanRequest, PlanResult } from '../driver.ts';
import { problemOf, textOf } from '../host-problem.ts';
import {
  type CommandOutput,
  parseCommandOutput,
  publishChanges,
} from './command-output.ts';
import { commandFields, planTimeoutMs } from './command-request.ts';
import type { Observed } from './observed.ts';
import { type PlanAnswer, planAnswerSchema } from './plan-answer.ts';
import { findSacredCommand } from './sacred-command.ts';

/** Exit statuses of `timeout` itself. */
const TIMEOUT_STATUSES: readonly number[] = [124, 137];

/** Asks the plan command, in the staged release, what would change. */
export async function planCommand(request: PlanRequest): Promise<PlanResult> {
  const { host, release } = request;
  const files = await release.files();
  const never = request.policy.sacred.commands;
  const sacred = findSacredCommand(release, files, never);
  if (sacred) {
    const why = `${sacred.where} would run "${printable(sacred.sacred)}"`;
    return refuse(request, 'plan/sacred', why);
  }
  const packed = await packRelease({ ...release, files: async () => files });
  if (packed.kind === 'refused') return { ...packed, output: [] };
  const reply = await host.perform({
    fields: {
      op: 'plan',
      body_sha256: packed.sha256,
      ...commandFields(host, release),
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
    ? planOf(request, answer.data, {
        fence: seenFence(reply.fields),
        acknowledged: readAcknowledged(reply.fields),
      })
    : refuse(request, 'host/nonsense', 'the answer to a plan is incomplete');
}

/** The exit-code contract: 0 in sync, a listed code drift, else an error. */
function planOf(
  request: PlanRequest,
  answer: PlanAnswer,
  standing: {
    readonly fence: number | undefined;
    readonly acknowledged: Acknowledged;
  },
): PlanResult {
  const { command } = request.release.manifest;
  const drifted = command?.drift_exit_codes.includes(answer.status) ?? false;
  const output = [answer.stdout, answer.stderr].flatMap((text) =>
    outputLines(text, request.host),
  );
  const said = parseCommandOutput(answer.stdout);
  const error = findError(request, { ...answer, drifted, said, output });
  if (error !== undefined || said.kind === 'malformed') {
    const why = `the plan command ${error}`;
    return { ...refuse(request, 'plan/error', why), output };
  }
  const changes = said.kind === 'changes' ? said.changes : [];
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
    ...standing,
    output,
  };
}

/** Why what the plan command did is no plan; undefined where it is one. */
function findError(
  { release }: PlanRequest,
  ended: {
    readonly status: number;
    readonly flooded: PlanAnswer['flooded'];
    readonly drifted: boolean;
    readonly said: CommandOutput;
    readonly output: readonly string[];
  },
): string | undefined {
  const { drifted, said, status } = ended;
  if (status !== 0 && !drifted) {
    const last = printable(ended.output.slice(-3).join(' | '));
    const seconds = (release.manifest.command?.timeout ?? 0) / 1000;
    const how = TIMEOUT_STATUSES.includes(status)
      ? `was stopped after ${seconds}s`
      : `exited ${status}`;
    return last === '' ? how : `${how}: ${last}`;
  }
  if (ended.flooded === 'yes') return 'printed more than 1 MiB';
  if (said.kind === 'malformed') {
    return `printed changes that cannot be read (${said.why})`;
  }
  return !drifted && said.kind === 'changes' && said.changes.length > 0
    ? `exited 0 and named ${said.changes.length} changes`
    : undefined;
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
  const observed: Observed = {
    release: answer.live === '' ? null : answer.live,
    sha: answer.live_sha,
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

import * as z from 'zod';
import { timestampSchema } from '../../model/plan.ts';
import { describeIssues } from './describe-issues.ts';
import {
  type JsonObject,
  type JudgedChange,
  type JudgedPlan,
  malformed,
  type PlanReading,
} from './judged-plan.ts';

/**
 * Every list of actions that Terraform and OpenTofu write, and what it comes
 * to. A replacement destroys what it replaces, also where the old object is
 * only forgotten. Any other list is refused: it could mean anything.
 */
const ACTIONS: ReadonlyMap<string, { action: string; destructive: boolean }> =
  new Map([
    ['no-op', { action: 'no-op', destructive: false }],
    ['create', { action: 'create', destructive: false }],
    ['read', { action: 'read', destructive: false }],
    ['update', { action: 'update', destructive: false }],
    ['forget', { action: 'forget', destructive: false }],
    ['delete', { action: 'delete', destructive: true }],
    ['delete,create', { action: 'replace', destructive: true }],
    ['create,delete', { action: 'replace', destructive: true }],
    ['create,forget', { action: 'replace', destructive: true }],
    ['forget,create', { action: 'replace', destructive: true }],
  ]);

const changeSchema = z.looseObject({
  actions: z
    .array(z.string().max(20))
    .min(1)
    .max(4)
    .transform((actions, context) => {
      const known = ACTIONS.get(actions.join());
      if (known) return known;
      const message = `${JSON.stringify(actions)} are no actions that are known`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }),
  importing: z.looseObject({}).nullish(),
});

const resourceSchema = z.looseObject({
  address: z.string().min(1),
  previous_address: z.string().optional(),
  change: changeSchema,
});

const anythingList = z.array(z.looseObject({})).nullish();

const terraformSchema = z.looseObject({
  format_version: z
    .string()
    .regex(/^1\.\d+$/, 'must be 1.x; other versions are not understood'),
  planned_values: z.looseObject({}).optional(),
  resource_changes: z.array(resourceSchema).nullish(),
  output_changes: z.record(z.string(), changeSchema).nullish(),
  resource_drift: anythingList,
  deferred_changes: anythingList,
  deferred_action_invocations: anythingList,
  action_invocations: anythingList,
  timestamp: timestampSchema.optional(),
  applyable: z.boolean().optional(),
  complete: z.boolean().optional(),
  errored: z.boolean().optional(),
});

type TerraformPlan = z.output<typeof terraformSchema>;

/**
 * Reads `terraform show -json <plan>`, also of OpenTofu. In sync is what
 * Terraform itself calls it: nothing to do for a resource, an output, an
 * action or the state, imports, moves and forgotten objects included.
 */
export function parseTerraformPlan(
  document: JsonObject,
  digest: string,
): PlanReading {
  const result = terraformSchema.safeParse(document);
  if (!result.success) return malformed(describeIssues(result.error));
  const plan = result.data;
  if (!isPlan(document)) return malformed('is a state, or nothing: no plan');
  const problem = findProblem(plan);
  const changes = collectChanges(plan);
  if (!problem && plan.applyable === false && changes.length > 0) {
    return malformed(
      `says that there is nothing to apply (applyable: false), but lists ${changes.length} changes`,
    );
  }
  const judged: JudgedPlan = {
    format: 'terraform',
    outcome: problem ? 'error' : changes.length > 0 ? 'drift' : 'in-sync',
    ...(problem === undefined ? {} : { problem }),
    module: undefined,
    sourceSha: undefined,
    createdAt: plan.timestamp ? new Date(plan.timestamp) : undefined,
    changes,
    digest,
    notes: plan.resource_drift?.length
      ? [`${plan.resource_drift.length} objects were changed from outside`]
      : [],
  };
  return { ok: true, plan: judged };
}

/** A state bears the same version; without this it would look in sync. */
function isPlan(document: JsonObject): boolean {
  const has = (name: string) => Object.hasOwn(document, name);
  return !has('values') && (has('planned_values') || has('resource_changes'));
}

/** Why the plan does not cover everything that an apply would do. */
function findProblem(plan: TerraformPlan): string | undefined {
  if (plan.errored) return 'it ended with an error (errored: true)';
  const deferred =
    (plan.deferred_changes?.length ?? 0) +
    (plan.deferred_action_invocations?.length ?? 0);
  if (deferred > 0) return `${deferred} changes were put off to a later plan`;
  if (plan.complete === false) {
    return 'it leaves something out (complete: false), as with -target';
  }
  return undefined;
}

function collectChanges(plan: TerraformPlan): readonly JudgedChange[] {
  const resources = (plan.resource_changes ?? []).flatMap((each) => {
    const { actions, importing } = each.change;
    const moved =
      each.previous_address !== undefined &&
      each.previous_address !== each.address;
    const quiet = moved ? 'move' : importing ? 'import' : undefined;
    const action = actions.action === 'no-op' ? quiet : actions.action;
    if (action === undefined) return [];
    const destructive = actions.destructive;
    return [{ resource: each.address, action, destructive, sacred: false }];
  });
  const outputs = Object.entries(plan.output_changes ?? {})
    .filter(([, change]) => change.actions.action !== 'no-op')
    .map(([name, change]) => harmless(`output.${name}`, change.actions.action));
  const invoked = (plan.action_invocations ?? []).map(
    ({ address }): JudgedChange => ({
      resource: typeof address === 'string' ? address : 'action',
      action: 'invoke',
      destructive: 'unknown',
      sacred: false,
    }),
  );
  const listed = [...resources, ...outputs, ...invoked];
  // A refresh-only plan lists nothing and yet rewrites the state.
  return listed.length === 0 && plan.applyable === true
    ? [harmless('terraform state', 'refresh')]
    : listed;
}

function harmless(resource: string, action: string): JudgedChange {
  return { resource, action, destructive: false, sacred: false };
}

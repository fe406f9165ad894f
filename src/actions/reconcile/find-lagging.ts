import { makeVerdictLog } from '../../adapters/verdict-log.ts';
import type { Thing } from '../../gates/reconcile/decide-told.ts';
import { holdBack } from '../../gates/reconcile/hold-back.ts';
import { ActionError } from '../../model/errors.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { listLastApplied } from '../../repository/last-applied.ts';
import { readModuleSources } from '../../repository/module-sources.ts';
import { readFreezes } from '../../state/freeze-store.ts';
import { readStatuses } from '../../state/status-store.ts';
import { autoApplyScopeStep } from '../auto-apply-scope/run.ts';
import { executeStep, type Ports, type RawInputs } from '../step.ts';
import { findRefused } from './find-refused.ts';
import type { ReconcileWork } from './reconcile-work.ts';

/** What lags behind head, and what of that is for a person. */
export interface FoundLagging {
  /** True where the default branch has moved on: the next run looks. */
  readonly superseded: boolean;
  readonly wanted: readonly string[];
  readonly things: readonly Thing[];
  /** Every module that is looked at as lagging, wanted or not. */
  readonly lagging: ReadonlySet<string>;
}

/** What the scope gate lets go on, less what must wait for a person. */
export async function findLagging(
  work: ReconcileWork,
  open: ReadonlySet<string>,
  { raw, ports }: { readonly raw: RawInputs; readonly ports: Ports },
): Promise<FoundLagging> {
  const scope = await askScope(raw, ports);
  const { verdict } = scope;
  const eligible = idsOf(scope.outputs['eligible']);
  const held = await hold(work, { eligible, open }, ports);
  const findings = [...verdict.findings, ...held.findings];
  return {
    superseded: verdict.code === 'scope/superseded',
    wanted: held.wanted,
    things: [
      ...findings.map((each): Thing => ({ topic: 'lag', finding: each })),
      ...neverApplied(verdict.evidence['never_applied']),
    ],
    lagging: new Set(idsOf(scope.outputs['modules'])),
  };
}

/** In a record of its own: the gate speaks again when it is its turn. */
async function askScope(raw: RawInputs, ports: Ports) {
  const shared = Object.keys(autoApplyScopeStep.inputs)
    .filter((name) => name in raw)
    .map((name) => [name, raw[name]]);
  const inputs = { ...Object.fromEntries(shared), 'on-blocked': 'report' };
  const asked = { ...ports, verdicts: makeVerdictLog() };
  const outcome = await executeStep(autoApplyScopeStep, inputs, asked);
  if (outcome.exitStatus !== 3) return outcome;
  const { code, reason, remedy, evidence } = outcome.verdict;
  throw new ActionError(code, reason, { remedy, evidence });
}

async function hold(
  { subject, store }: ReconcileWork,
  asked: {
    readonly eligible: readonly string[];
    readonly open: ReadonlySet<string>;
  },
  ports: Ports,
): Promise<ReturnType<typeof holdBack>> {
  const { eligible, open } = asked;
  if (eligible.length === 0) return { wanted: [], findings: [] };
  const sources = await readModuleSources(subject, eligible);
  if (!sources.ok) return { wanted: [], findings: sources.findings };
  const snapshot = await store.fetch();
  const statuses = await readStatuses(snapshot);
  const live = [...listLastApplied(statuses).values()]
    .filter(({ id }) => eligible.includes(id))
    .map((each) => ({
      ...each,
      since: statuses.get(each.id)?.last_apply_at ?? '',
    }));
  const lagging = sources.sources.map(({ id, manifest }) => ({
    module: id,
    host: manifest.host,
    dependsOn: manifest.depends_on,
  }));
  return holdBack(lagging, {
    freezes: await readFreezes(snapshot),
    at: ports.clock.now(),
    refused: await findRefused(subject, snapshot, live),
    open,
  });
}

function neverApplied(evidence: unknown): Thing[] {
  const first: unknown = Reflect.get(Object(evidence), 'first');
  if (!Array.isArray(first) || first.length === 0) return [];
  const told: Finding = finding(
    'reconcile/never-applied',
    `Never applied, so not caught up with: ${first.map(String).join(', ')}`,
  );
  return [{ topic: 'lag', finding: told }];
}

function idsOf(output: string | undefined): string[] {
  const ids: unknown = JSON.parse(output ?? '[]');
  return Array.isArray(ids) ? ids.map(String) : [];
}

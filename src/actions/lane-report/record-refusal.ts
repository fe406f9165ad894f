import type { AppendedEntry } from '../../audit/plan-append.ts';
import { ActionError } from '../../model/errors.ts';
import type { Verdict } from '../../model/verdict.ts';
import { describeRefusal } from '../../report/describe-refusal.ts';
import { openRepositoryAudit } from '../../repository/repository-audit.ts';
import { findStatePlace, openStateAt } from '../../repository/state-place.ts';
import { describeRun } from '../describe-run.ts';
import type { Ports, RawInputs } from '../step.ts';
import { type LaneReportInputs, parseLaneReportInputs } from './inputs.ts';

export type RecordedRefusal =
  | { readonly recorded: true; readonly entry: AppendedEntry }
  | { readonly recorded: false; readonly why: string };

/**
 * Puts a refusal into the audit log. It never fails: the lane has failed
 * already, and what failed it must stay in sight. A pull request from a fork
 * has no right to write, and nothing to apply either.
 */
export async function recordRefusal(
  spoken: readonly Verdict[],
  raw: RawInputs,
  ports: Ports,
): Promise<RecordedRefusal | undefined> {
  const refused = spoken.find(({ decision }) => decision === 'refuse');
  if (refused === undefined) return undefined;
  try {
    const inputs = parseLaneReportInputs(raw);
    if (!inputs.record) return undefined;
    const event = ports.context.readEvent();
    if (event.name === 'pull_request' && event.fork) {
      return { recorded: false, why: 'a pull request from a fork' };
    }
    const body = describeRefusal(refused, spoken);
    return { recorded: true, entry: await append(body, inputs, ports) };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { recorded: false, why: `${error.code}: ${error.message}` };
  }
}

async function append(
  body: Readonly<Record<string, unknown>>,
  inputs: LaneReportInputs,
  ports: Ports,
): Promise<AppendedEntry> {
  const place = await findStatePlace(ports, inputs);
  const state = await openStateAt(ports, place, inputs);
  try {
    const { token, stateSshKey } = inputs;
    const log = openRepositoryAudit(ports, state, [token, stateSshKey]);
    const said = { ...body, by: describeRun(ports, place.policy) };
    return await log.append({ kind: 'refusal', fence: null, body: said });
  } finally {
    state.close();
  }
}

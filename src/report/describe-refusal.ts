import type { Verdict } from '../model/verdict.ts';

const MOST_FINDINGS = 50;
const MAX_REASON_CHARACTERS = 500;

/** What the audit log keeps of a refusal, from all that the gates said. */
export function describeRefusal(
  refused: Verdict,
  spoken: readonly Verdict[],
): Readonly<Record<string, unknown>> {
  const findings = refused.findings.slice(0, MOST_FINDINGS);
  const named = findings.flatMap(({ module }) => module ?? []);
  return {
    gate: refused.gate,
    code: refused.code,
    reason: refused.reason.slice(0, MAX_REASON_CHARACTERS),
    modules: [...new Set(named)],
    findings: findings.map(({ module, code }) => ({
      module: module ?? null,
      code,
    })),
    gates: Object.fromEntries(spoken.map(({ gate, code }) => [gate, code])),
  };
}

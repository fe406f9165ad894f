import { type Finding, finding, type Verdict } from '../../model/verdict.ts';

/** One verdict of the job so far, and the step that put it on record. */
export interface RecordedVerdict {
  readonly step: string;
  readonly verdict: Verdict;
}

/**
 * A gate that must have passed. Its verdict must let exactly the modules go
 * on; or, `covers: 'evidence'`, it need only have looked at them: scope under
 * `on-blocked: report` blocks the armed module that the stateful gate lets go.
 */
export interface RequiredGate {
  readonly gate: string;
  readonly covers: 'verdict' | 'evidence';
}

export interface ReadinessFacts {
  /** Verdicts of this job, oldest first. */
  readonly verdicts: readonly RecordedVerdict[];
  /** In the order of the lane. */
  readonly gates: readonly RequiredGate[];
  readonly sha: string;
  readonly modules: readonly string[];
}

/**
 * One `apply/gate-missing` for each gate of the lane that did not pass for
 * exactly this commit and these modules; none where the apply may begin. Only
 * the last verdict of a gate counts, so a refusal after a pass is no pass.
 */
export function findMissingGates(facts: ReadinessFacts): readonly Finding[] {
  return facts.gates.flatMap(({ gate, covers }) => {
    const last = facts.verdicts.findLast((entry) => entry.step === gate);
    const wrong = last
      ? whatIsWrong(last.verdict, { gate, covers }, facts)
      : 'did not run in this job';
    if (wrong === undefined) return [];
    return [
      finding('apply/gate-missing', `The gate ${gate} ${wrong}`, {
        remedy: `Run the whole lane in one job, with ${gate} in it; do not take a gate out of the workflow.`,
      }),
    ];
  });
}

function whatIsWrong(
  verdict: Verdict,
  { gate, covers }: RequiredGate,
  facts: ReadinessFacts,
): string | undefined {
  if (verdict.gate !== gate) return 'left a verdict that is not its own';
  if (verdict.decision !== 'pass') return `refused with ${verdict.code}`;
  if (verdict.sha !== facts.sha) {
    return `passed for ${JSON.stringify(verdict.sha)}, not for ${facts.sha}`;
  }
  if (covers === 'evidence') {
    const seen = modulesSeen(verdict);
    return facts.modules.every((id) => seen.includes(id))
      ? undefined
      : `looked at ${JSON.stringify(seen)}, not at ${JSON.stringify(facts.modules)}`;
  }
  return isSameSet(verdict.modules, facts.modules)
    ? undefined
    : `let ${JSON.stringify(verdict.modules)} go on, not ${JSON.stringify(facts.modules)}`;
}

/** Every module a gate looked at: what it let go on, and its evidence. */
function modulesSeen(verdict: Verdict): readonly string[] {
  const evidence = verdict.evidence['modules'];
  const listed = Array.isArray(evidence)
    ? evidence.filter((id): id is string => typeof id === 'string')
    : [];
  return [...new Set([...verdict.modules, ...listed])];
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  const known = new Set(left);
  return (
    known.size === new Set(right).size && right.every((id) => known.has(id))
  );
}

import { type Finding, finding, type Verdict } from '../../model/verdict.ts';

/** One verdict of the job so far, and the step that put it on record. */
export interface RecordedVerdict {
  readonly step: string;
  readonly verdict: Verdict;
}

/**
 * A gate that must have passed. Its verdict must let exactly the modules go
 * on; or, `covers: 'armed'`, it may have held them back for being stateful and
 * for nothing else: that is for the stateful gate alone to decide. `bound`: it was
 * given on the checkout of the commit itself.
 */
export interface RequiredGate {
  readonly gate: string;
  readonly covers: 'verdict' | 'armed' | 'bound';
}

export interface ReadinessFacts {
  /** Verdicts of this job, oldest first. */
  readonly verdicts: readonly RecordedVerdict[];
  /** In the order of the lane. */
  readonly gates: readonly RequiredGate[];
  readonly sha: string;
  readonly modules: readonly string[];
  /** True where a person tries the lane out, on this machine only. */
  readonly rehearsal?: boolean;
  /** True where module-apply itself was told why the glass is broken. */
  readonly breakGlass?: boolean;
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
  if (verdict.code === 'approval/not-rehearsed' && !facts.rehearsal) {
    return 'was only rehearsed';
  }
  if (verdict.code === 'approval/break-glass' && !facts.breakGlass) {
    return 'was passed by break-glass, which does not count here';
  }
  if (verdict.sha !== facts.sha) {
    return `passed for ${JSON.stringify(verdict.sha)}, not for ${facts.sha}`;
  }
  if (covers === 'bound' && verdict.evidence['bound'] !== true) {
    return 'passed before the commit was checked out, and not again after that';
  }
  if (covers === 'armed') return whatElseHolds(verdict, facts.modules);
  return isSameSet(verdict.modules, facts.modules)
    ? undefined
    : `let ${JSON.stringify(verdict.modules)} go on, not ${JSON.stringify(facts.modules)}`;
}

/** What holds a module back beside its being stateful. */
function whatElseHolds(
  verdict: Verdict,
  modules: readonly string[],
): string | undefined {
  for (const id of modules) {
    const held = verdict.findings.filter(({ module }) => module === id);
    if (held.length === 0 && !verdict.modules.includes(id)) {
      return `did not look at ${id}`;
    }
    const other = held.find(({ code }) => code !== 'scope/stateful');
    if (other) return `held ${id} back with ${other.code}`;
  }
  return undefined;
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  const known = new Set(left);
  return (
    known.size === new Set(right).size && right.every((id) => known.has(id))
  );
}

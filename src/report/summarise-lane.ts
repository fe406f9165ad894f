import { type Finding, passVerdict, type Verdict } from '../model/verdict.ts';

/** What a whole lane came to, from the verdicts of its steps. */
export interface LaneSummary {
  /** The last verdict of each gate, in the order the gates first spoke. */
  readonly verdicts: readonly Verdict[];
  /** What the gates let wait, one finding a module. */
  readonly waiting: readonly Finding[];
  /** What was not done on hosts that are only observed. */
  readonly observed: readonly Finding[];
  readonly verdict: Verdict;
}

/**
 * Sums up a lane. A module waits for a person when a gate that passed held it
 * back, and no later gate let it go on. `begun` are modules whose apply left
 * no result: the step was killed.
 */
export function summariseLane(
  gate: string,
  spoken: readonly Verdict[],
  begun: readonly string[] = [],
): LaneSummary {
  const verdicts = [
    ...new Map(spoken.map((verdict) => [verdict.gate, verdict])).values(),
  ];
  const released = new Set(verdicts.at(-1)?.modules);
  const held = verdicts
    .filter((verdict) => verdict.decision === 'pass')
    .flatMap((verdict) => verdict.findings)
    .filter((each) => each.module !== undefined && !released.has(each.module));
  const observed = verdicts
    .flatMap((verdict) => verdict.findings)
    .filter(({ code }) => code === 'apply/observed');
  const seen = new Set(observed.map(({ module }) => module));
  const waiting = held.filter(({ module }) => !seen.has(module));
  return {
    verdicts,
    waiting,
    observed,
    verdict:
      begun.length > 0
        ? interrupted(gate, begun, { verdicts, waiting })
        : judge(gate, verdicts, { waiting, observed }),
  };
}

function interrupted(
  gate: string,
  begun: readonly string[],
  { verdicts, waiting }: Pick<LaneSummary, 'verdicts' | 'waiting'>,
): Verdict {
  const subject = { gate, sha: verdicts[0]?.sha ?? '' };
  const reason = `The apply of ${begun.join(', ')} began, and its step ended without a word.`;
  return passVerdict(subject, 'report/interrupted', reason, {
    findings: waiting,
  });
}

function judge(
  gate: string,
  verdicts: readonly Verdict[],
  { waiting, observed }: Pick<LaneSummary, 'waiting' | 'observed'>,
): Verdict {
  const subject = { gate, sha: verdicts[0]?.sha ?? '' };
  const refused = verdicts.find((verdict) => verdict.decision === 'refuse');
  if (refused) {
    const reason = `${refused.gate} refused with ${refused.code}: ${refused.reason}`;
    return passVerdict(subject, 'report/refused', reason, {
      findings: waiting,
    });
  }
  if (waiting.length > 0) {
    const names = waiting.map((held) => held.module).join(', ');
    const reason = `${waiting.length} of the modules wait for a person: ${names}.`;
    return passVerdict(subject, 'report/waiting', reason, {
      findings: [...waiting, ...observed],
    });
  }
  if (observed.length > 0) {
    const reason = observed.map((each) => each.reason).join('; ');
    return passVerdict(subject, 'report/observed', reason, {
      findings: observed,
    });
  }
  const last = verdicts.at(-1);
  const reason = last
    ? `${last.gate} ended with ${last.code}: ${last.reason}`
    : 'No step of the lane left a verdict.';
  return passVerdict(subject, 'report/complete', reason);
}

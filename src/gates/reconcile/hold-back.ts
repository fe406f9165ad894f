import type { FreezeRecord } from '../../model/freeze.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { decideFreeze } from '../freeze/decide-freeze.ts';

export interface Lagging {
  readonly module: string;
  readonly host: string;
  readonly dependsOn: readonly string[];
}

/**
 * What of the modules that a push could take along is left to a person: what
 * is frozen, what a run has refused before, what is still being tried, and what
 * depends on one of these. In the order of `depends_on`.
 */
export function holdBack(
  lagging: readonly Lagging[],
  facts: {
    readonly freezes: readonly FreezeRecord[];
    readonly at: Date;
    /** Module -> what was refused in its range, in words. */
    readonly refused: ReadonlyMap<string, string>;
    /** Modules with an attempt that has no end. */
    readonly open: ReadonlySet<string>;
  },
): {
  readonly wanted: readonly string[];
  readonly findings: readonly Finding[];
} {
  const wanted: string[] = [];
  const held = new Set<string>(facts.open);
  const findings: Finding[] = [];
  for (const subject of lagging) {
    const { module } = subject;
    const objection = objectTo(subject, facts, held);
    if (objection) findings.push(objection);
    if (!objection && !held.has(module)) wanted.push(module);
    else held.add(module);
  }
  return { wanted, findings };
}

function objectTo(
  subject: Lagging,
  { freezes, at, refused }: Parameters<typeof holdBack>[1],
  held: ReadonlySet<string>,
): Finding | undefined {
  const { module, dependsOn } = subject;
  const pass = { person: false, reason: undefined };
  const [frozen] = decideFreeze(freezes, subject, { at, pass }).findings;
  if (frozen) return frozen;
  const before = refused.get(module);
  if (before !== undefined) return refuse(module, before);
  const waiting = dependsOn.find((id) => held.has(id));
  if (waiting === undefined) return undefined;
  const reason = `${module} lags behind, and waits for ${waiting}, which it depends on`;
  return finding('apply/dependency-failed', reason, { module });
}

function refuse(module: string, what: string): Finding {
  return finding(
    'reconcile/refused-before',
    `${module} lags behind, and waits: ${what}`,
    {
      module,
      remedy: `Look at that run; push what corrects it, or dispatch the lane with module=${module}.`,
    },
  );
}

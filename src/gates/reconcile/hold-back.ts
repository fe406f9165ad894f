import type { FreezeRecord } from '../../model/freeze.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { decideFreeze } from '../freeze/decide-freeze.ts';

export interface Lagging {
  readonly module: string;
  readonly host: string;
}

/**
 * What of the modules that a push could take along is left to a person: what
 * is frozen, what a run has refused before, and what is still being tried.
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
  const findings: Finding[] = [];
  for (const subject of lagging) {
    const { module } = subject;
    const pass = { person: false, reason: undefined };
    const [frozen] = decideFreeze(facts.freezes, subject, {
      at: facts.at,
      pass,
    }).findings;
    const refused = facts.refused.get(module);
    if (frozen) findings.push(frozen);
    else if (refused !== undefined) findings.push(refuse(module, refused));
    else if (!facts.open.has(module)) wanted.push(module);
  }
  return { wanted, findings };
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

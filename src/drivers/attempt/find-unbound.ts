import { printable } from '../../model/printable.ts';
import { finding } from '../../model/verdict.ts';
import type { ApplyRequest } from '../driver.ts';

/** A plan for something else is never held against this release. */
export function findUnbound({ host, plan, release }: ApplyRequest) {
  const pairs = [
    ['plan/wrong-module', plan.module, release.module],
    ['plan/wrong-module', plan.host, host.name],
    ['plan/wrong-module', plan.driver, release.manifest.driver],
    ['plan/wrong-source', plan.source_sha, release.sha],
    ['plan/wrong-source', plan.tree ?? '', release.tree],
  ] as const;
  const wrong = pairs.find(([, planned, given]) => planned !== given);
  if (!wrong) return undefined;
  const [code, planned, given] = wrong;
  const reason = `${release.module}: the plan is for ${printable(planned)}, not for ${printable(given)}`;
  return { finding: finding(code, reason, { module: release.module }) };
}

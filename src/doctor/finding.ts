import type { Check, Severity } from './checks/check.ts';
import { CHECKS_OF_THE_FORGE } from './checks/forge.ts';
import { CHECKS_HERE } from './checks/here.ts';
import { CHECKS_OF_HOSTS } from './checks/hosts.ts';

/** Everything that doctor looks at, in the order of its table. */
export const CHECKS = {
  ...CHECKS_HERE,
  ...CHECKS_OF_HOSTS,
  ...CHECKS_OF_THE_FORGE,
} as const;

type Checks = typeof CHECKS;
export type CheckName = keyof Checks;

/** Check and outcome of what can be wrong. */
type Fault = {
  [Name in CheckName]: `${Name}/${keyof Checks[Name]['outcomes'] & string}`;
}[CheckName];

/** One row: what was looked at, on what, and how it is. */
export interface DoctorFinding {
  readonly code: Fault | `${CheckName}/${'fine' | 'unknown'}`;
  /** A host by its name, else what it is about. */
  readonly subject: string;
  readonly severity: Severity;
  readonly reason: string;
  /** The command that mends it; empty where nothing is to do. */
  readonly remedy: string;
}

/** What stands for `<name>` in a remedy. */
export type Values = Readonly<Record<string, string>>;

export function fine(
  check: CheckName,
  subject: string,
  reason: string,
): DoctorFinding {
  const code = `${check}/fine` as const;
  return { code, subject, severity: 'fine', reason, remedy: '' };
}

/** What could not be seen, which is never fine. */
export function unknown(
  check: CheckName,
  subject: string,
  reason: string,
  values: Values = {},
): DoctorFinding {
  const remedy = fill(CHECKS[check].unseen, values);
  const code = `${check}/unknown` as const;
  return { code, subject, severity: 'unknown', reason, remedy };
}

export function fault(
  code: Fault,
  subject: string,
  reason: string,
  values: Values = {},
): DoctorFinding {
  const [name = '', outcome = ''] = code.split('/');
  const check: Check = CHECKS[name as CheckName];
  const found = check.outcomes[outcome];
  if (!found) throw new TypeError(`${code} is no outcome`);
  const remedy = fill(found.remedy, values);
  return { code, subject, severity: found.severity, reason, remedy };
}

function fill(remedy: string, values: Values): string {
  return remedy
    .replace(/<([a-z]+)>/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
    )
    .trim();
}

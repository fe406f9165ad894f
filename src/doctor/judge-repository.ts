import type { LintFinding } from '../lint/lint-finding.ts';
import type { HostPolicy } from '../model/policy.ts';
import { type DoctorFinding, fault, fine, unknown } from './finding.ts';

/** What the repository says at the tip of its default branch. */
export interface RepositoryFacts {
  readonly branch: string;
  /** Full id of the commit that was looked at. */
  readonly trusted: string;
  /** What is wrong with policy and manifests there. */
  readonly invalid: readonly string[];
  readonly modules: number;
  readonly workflows: number;
  /** What the lint says; the reason where it could not be asked. */
  readonly lint: readonly LintFinding[] | string;
  readonly hosts: readonly HostKeyFacts[];
}

/** Whether known_hosts of that commit has a line for a host. */
export interface HostKeyFacts {
  readonly name: string;
  readonly policy: HostPolicy;
  readonly known: 'yes' | 'no' | 'unknown';
}

const IT = 'repository';
/** More than these say nothing new in a table. */
const SHOWN = 3;

export function judgeRepository(facts: RepositoryFacts): DoctorFinding[] {
  const { branch, trusted, invalid, modules } = facts;
  return [
    fine('checkout', IT, `the default branch is ${branch}`),
    fine('policy', IT, `valid at ${trusted.slice(0, 12)}`),
    invalid.length === 0
      ? fine('manifests', IT, `${modules} are valid`)
      : fault('manifests/invalid', IT, some(invalid)),
    judgeWorkflows(facts),
    ...facts.hosts.flatMap(judgeHostKey),
  ];
}

function judgeWorkflows({ workflows, lint }: RepositoryFacts): DoctorFinding {
  if (typeof lint === 'string') return unknown('workflows', IT, lint);
  const looked = `${workflows} ${workflows === 1 ? 'workflow' : 'workflows'}`;
  const grave = lint.filter(({ severity }) => severity === 'high');
  const said = (list: readonly LintFinding[]) =>
    some(list.map(({ code, file, line }) => `${file}:${line}: ${code}`));
  if (grave.length > 0) return fault('workflows/refused', IT, said(grave));
  return lint.length > 0
    ? fault('workflows/reported', IT, said(lint))
    : fine('workflows', IT, looked);
}

function judgeHostKey({ name, policy, known }: HostKeyFacts): DoctorFinding[] {
  if (policy.transport !== 'ssh') return [];
  const { address = '', port, known_hosts: file } = policy;
  const place = port === 22 ? address : `[${address}]:${port}`;
  const values = { place, file, address, port: String(port) };
  switch (known) {
    case 'yes':
      return [fine('known-hosts', name, `${file} has ${place}`)];
    case 'no': {
      const reason = `${file} has no line for ${place}`;
      return [fault('known-hosts/absent', name, reason, values)];
    }
    case 'unknown':
      return [unknown('known-hosts', name, `${file} was not read`, values)];
  }
}

function some(list: readonly string[]): string {
  const more = list.length - SHOWN;
  const shown = list.slice(0, SHOWN).join('; ');
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

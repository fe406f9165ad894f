import { commandOnHost } from '../host/command-on-host.ts';
import type { HostPolicy } from '../model/policy.ts';
import type { ReasonCode } from '../model/reason-codes.ts';
import { CHECKS_OF_HOSTS } from './checks/hosts.ts';
import { type DoctorFinding, fault, fine, unknown } from './finding.ts';
import { judgeEngine } from './judge-engine.ts';
import { judgeFolders } from './judge-folders.ts';
import { judgeLeftovers } from './judge-leftovers.ts';
import type { HostKeyFacts } from './judge-repository.ts';
import type { HostLook } from './parse-look.ts';

/** What came of looking at one host. */
export interface HostFacts {
  readonly name: string;
  readonly policy: HostPolicy;
  readonly backupRoot: string;
  readonly seen:
    | { readonly kind: 'keyless' }
    | { readonly kind: 'lost'; readonly code: ReasonCode; readonly why: string }
    /** Our program answered, and did not do it. */
    | {
        readonly kind: 'refused';
        readonly problem: string;
        readonly why: string;
      }
    | HostSeen;
}

interface HostSeen {
  readonly kind: 'seen';
  readonly look: HostLook;
  /** Milliseconds by the clock here, before and after it answered. */
  readonly asked: readonly [before: number, after: number];
  /** Whether the key opens our program alone; undefined: no key is needed. */
  readonly restricted: boolean | undefined;
}

const SKEWED_MS = 30_000;
const WRONG_MS = 300_000;

/** All rows of one host. What lies behind a closed door is not known. */
export function judgeHost(
  facts: HostFacts,
  known: HostKeyFacts['known'] | undefined,
): DoctorFinding[] {
  const { name, policy, seen } = facts;
  const login = loginOf(policy);
  if (seen.kind !== 'seen') {
    const door = judgeDoor(facts, { login, known: known !== 'no' });
    const behind = Object.keys(CHECKS_OF_HOSTS).filter(
      (check) =>
        check !== 'rest' &&
        !door.some(({ code }) => code.startsWith(`${check}/`)),
    );
    return [...door, unknown('rest', name, `not seen: ${behind.join(', ')}`)];
  }
  const { look } = seen;
  const values = { login, host: name, user: look.user || String(look.uid) };
  return [
    fine('connection', name, `${look.user || look.uid}, ${look.system}`),
    ...judgeKey(name, seen),
    look.missing.length === 0
      ? fine('tools', name, 'all are there')
      : fault('tools/absent', name, look.missing.join(', '), {
          ...values,
          tools: look.missing.join(', '),
        }),
    ...judgeEngine(name, look, values),
    ...judgeFolders(name, look, {
      runtimeRoot: policy.runtime_root,
      backupRoot: facts.backupRoot,
      values,
    }),
    judgeClock(name, seen, values),
    ...judgeLeftovers(name, look, login),
  ];
}

/** How the policy's own user gets there; a command may follow. */
function loginOf(policy: HostPolicy): string {
  return commandOnHost({ policy }, '').replace(/(?: '')?$/, '');
}

function judgeDoor(
  { name, policy, seen }: HostFacts,
  { login, known }: { readonly login: string; readonly known: boolean },
): DoctorFinding[] {
  const values = { login, host: name };
  switch (seen.kind) {
    case 'seen':
      return [];
    case 'keyless':
      return [unknown('connection', name, 'no key was given', values)];
    case 'refused': {
      const answers = fine('connection', name, 'our program answers');
      return seen.problem === 'unsupported'
        ? [
            answers,
            fault('tools/absent', name, seen.why, {
              ...values,
              tools: seen.why,
            }),
          ]
        : [answers, fault('forced-command/refuses', name, seen.why, values)];
    }
    case 'lost':
      if (seen.code === 'plan/host-key' && !known) {
        return [fault('connection/unknown-key', name, seen.why, values)];
      }
      return judgeLost(name, seen, {
        ...values,
        address: policy.address ?? '',
      });
  }
}

function judgeLost(
  name: string,
  { code, why }: { readonly code: ReasonCode; readonly why: string },
  values: Readonly<Record<string, string>>,
): DoctorFinding[] {
  switch (code) {
    case 'plan/host-key':
      return [fault('connection/other-key', name, why, values)];
    case 'host/version-mismatch':
      return [
        fine('connection', name, 'apply-gates-host answers'),
        fault('forced-command/other-version', name, why, values),
      ];
    case 'plan/host-unreachable':
      // With no key in hand nobody looked.
      if (/key file|no private key|has a passphrase/.test(why)) {
        return [unknown('connection', name, why, values)];
      }
      return /permission denied/i.test(why)
        ? [fault('connection/denied', name, why, values)]
        : [fault('connection/unreachable', name, why, values)];
    default:
      return [fault('connection/nonsense', name, why, values)];
  }
}

function judgeKey(
  name: string,
  { look, restricted }: HostSeen,
): DoctorFinding[] {
  if (restricted === undefined) return [];
  const check = 'forced-command';
  const values = { host: name };
  if (!restricted) {
    const reason = 'the key opens a shell';
    return [fault(`${check}/shell`, name, reason, values)];
  }
  return look.own_look
    ? [fine(check, name, 'this version, and it looks itself what is merged')]
    : [
        fault(
          `${check}/unlooking`,
          name,
          'host.conf names no repository',
          values,
        ),
      ];
}

/** Anything between question and answer may have been its moment. */
function judgeClock(
  name: string,
  { look, asked }: HostSeen,
  values: Readonly<Record<string, string>>,
): DoctorFinding {
  const [before, after] = asked;
  const theirs = look.clock * 1000;
  const ahead = theirs - after;
  // It tells whole seconds.
  const behind = before - (theirs + 999);
  const skew = Math.max(ahead, behind, 0);
  const reason =
    skew === 0
      ? 'as here'
      : `${Math.round(skew / 1000)} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine`;
  if (skew > WRONG_MS) return fault('clock/wrong', name, reason, values);
  if (skew > SKEWED_MS) return fault('clock/skewed', name, reason, values);
  return fine('clock', name, reason);
}

import type { Ports } from '../../actions/step.ts';
import type { Exec } from '../../adapters/exec.ts';
import { type DoctorFinding, fault, fine } from '../../doctor/finding.ts';
import { judgeHost } from '../../doctor/judge-host.ts';
import { judgeRepository } from '../../doctor/judge-repository.ts';
import { ActionError, InputError } from '../../model/errors.ts';
import type { HostPolicy } from '../../model/policy.ts';
import { DEFAULT_POLICY_PATH } from '../../model/policy-defaults.ts';
import {
  findStatePlace,
  type StatePlace,
} from '../../repository/state-place.ts';
import type { DoctorOptions } from '../commands/doctor.ts';
import { readLocalForge } from '../local-forge.ts';
import { type LocalRun, openLocalRun } from '../local-run.ts';
import type { Terminal } from '../terminal.ts';
import { examineForge } from './examine-forge.ts';
import { examineState } from './examine-state.ts';
import { lookAtHosts } from './look-at-host.ts';
import { readRepository } from './read-repository.ts';

interface Limits {
  readonly exec: Exec;
  readonly timeLeft: () => number;
}

interface Examined {
  readonly findings: readonly DoctorFinding[];
  /** Whether a host is reached by OpenSSH. */
  readonly needsSsh: boolean;
}

/** Repository, hosts, state branch and forge, as far as each can be found. */
export async function examinePlatform(
  options: DoctorOptions,
  limits: Limits,
  terminal: Terminal,
): Promise<Examined> {
  const request = { ...options, event: 'workflow_dispatch' as const };
  let run: LocalRun | undefined;
  try {
    run = await openLocalRun(request, terminal);
    return await examine(run, options, limits);
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    if (error instanceof InputError && run !== undefined) throw error;
    const lost = run
      ? [
          fine(
            'checkout',
            'repository',
            `the default branch is ${run.event.defaultBranch}`,
          ),
          fault('policy/unusable', 'repository', error.message),
        ]
      : [fault('checkout/unusable', 'repository', error.message)];
    return { findings: lost, needsSsh: false };
  } finally {
    run?.close();
  }
}

async function examine(
  run: LocalRun,
  options: DoctorOptions,
  { exec, timeLeft }: Limits,
): Promise<Examined> {
  const ports: Ports = { ...run.ports, exec };
  const policyPath = options.policy ?? DEFAULT_POLICY_PATH;
  const place = await findStatePlace(ports, {
    ...{ workingDirectory: '.', policyPath, token: undefined },
  });
  const branch = run.event.defaultBranch;
  const hosts = chooseHosts(place.policy, options);
  const forge = await readLocalForge(place.repository, options);
  const asked = { place, sshKeyFile: options.sshKeyFile, timeLeft };
  const request = { place, policyPath, branch, hosts };
  const reading = readRepository(request, ports);
  const askForge = async () => {
    const { workflows } = await reading;
    const question = { forge, defaultBranch: branch, timeLeft, workflows };
    const stateBranch = place.policy.state.branch;
    return examineForge({ ...question, stateBranch }, ports);
  };
  const [{ facts }, looks, state, told] = await Promise.all([
    reading,
    lookAtHosts(hosts, asked, ports),
    examineState({ place, defaultBranch: branch, token: forge.token }, ports),
    options.forge ? askForge() : [],
  ]);
  const known = new Map(facts.hosts.map((each) => [each.name, each.known]));
  return {
    needsSsh: hosts.some(([, { transport }]) => transport === 'ssh'),
    findings: [
      ...judgeRepository(facts),
      ...state,
      ...looks.flatMap((look) => judgeHost(look, known.get(look.name))),
      ...told,
    ],
  };
}

function chooseHosts(
  policy: StatePlace['policy'],
  { host, hosts }: DoctorOptions,
): (readonly [string, HostPolicy])[] {
  if (host === undefined) return hosts ? Object.entries(policy.hosts) : [];
  const found = Object.entries(policy.hosts).filter(([name]) => name === host);
  if (found.length > 0) return found;
  const known = Object.keys(policy.hosts).join(', ');
  throw new InputError('--host', host, `a host of the policy (${known})`);
}

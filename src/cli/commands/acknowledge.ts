import { describeRun } from '../../actions/describe-run.ts';
import { recordAcknowledgement } from '../../actions/record-acknowledgement.ts';
import { readRunContext } from '../../adapters/run-context.ts';
import { closeHosts } from '../../adapters/transport/open-host.ts';
import { askAcknowledged } from '../../host/acknowledgement.ts';
import type { HostSession } from '../../host/host-session.ts';
import type { Acknowledged } from '../../model/acknowledged.ts';
import { ActionError, InputError } from '../../model/errors.ts';
import { passVerdict } from '../../model/verdict.ts';
import { openRepositoryAudit } from '../../repository/repository-audit.ts';
import { show } from '../change-lease.ts';
import { openRemoteState, type RemoteState } from '../git-log.ts';
import { openNamedHost } from '../open-named-host.ts';
import type { Terminal } from '../terminal.ts';
import type { HoldOptions } from './options.ts';

interface AcknowledgeOptions extends HoldOptions {
  readonly sshKeyFile?: string;
}

/** The host keeps it in one line. */
const MAX_REASON_CHARACTERS = 500;

/** Says that a host may be changed for the first time; the host keeps it. */
export function acknowledge(name: string, options: AcknowledgeOptions) {
  return async (terminal: Terminal): Promise<number> => {
    checkReason(options.reason);
    const remote = await openRemoteState(options, terminal);
    const { ports } = remote.run;
    try {
      const by = describeRun(ports, remote.place.policy);
      refuseMachine(by.account, name);
      const host = await openNamedHost(name, options, remote);
      const said = await say(host, options, remote);
      if (said.now === 'odd') throw refuseOdd(host);
      const about = { gate: 'acknowledge', sha: '' };
      const verdict = passVerdict(about, 'apply/acknowledged', said.reason);
      return show(verdict, terminal);
    } finally {
      await closeHosts(ports.context.folder(), ports.exec);
      remote.close();
    }
  };
}

async function say(
  host: HostSession,
  { reason, dryRun }: AcknowledgeOptions,
  { run, place, state }: RemoteState,
): Promise<{ readonly now: Acknowledged; readonly reason: string }> {
  const before = await askAcknowledged(host);
  if (before !== 'no') {
    return { now: before, reason: `${host.name} was acknowledged before` };
  }
  if (dryRun) {
    return { now: 'no', reason: `${host.name} would be acknowledged` };
  }
  const log = openRepositoryAudit(run.ports, state, []);
  const by = describeRun(run.ports, place.policy);
  const request = { host, reason, by, log };
  const now = await recordAcknowledgement(request, run.ports);
  return { now, reason: `${host.name} is acknowledged: it may be changed` };
}

function checkReason(reason: string): void {
  if (reason.trim() !== '' && reason.length <= MAX_REASON_CHARACTERS) return;
  const allowed = `1 to ${MAX_REASON_CHARACTERS} characters`;
  throw new InputError('--reason', reason.slice(0, 100), allowed);
}

/** In a job nobody types; who dispatched that has an input for it. */
function refuseMachine(account: string, host: string): void {
  const inJob = readRunContext(process.env).flavour !== 'local';
  if (account === 'person' && !inJob) return;
  throw new ActionError(
    'apply/not-acknowledged',
    `Only a person at a terminal acknowledges ${host}`,
    {
      remedy: `In a job, dispatch the lane by hand with acknowledge_host: ${host}`,
    },
  );
}

function refuseOdd({ name, policy }: HostSession): ActionError {
  const marker = `${policy.runtime_root}/.acknowledged`;
  return new ActionError(
    'apply/not-acknowledged',
    `What ${name} says of ${marker} is no acknowledgement of ours`,
    {
      remedy: `Look at ${marker} on ${name}, move it away, and acknowledge again.`,
    },
  );
}

import { openModuleHosts } from '../../actions/open-module-hosts.ts';
import { closeHosts } from '../../adapters/transport/open-host.ts';
import { runtimeName } from '../../drivers/release-fields.ts';
import { type Remains, retireModule } from '../../drivers/retire-module.ts';
import { judgeRetire } from '../../gates/retire/decide-retire.ts';
import type { HostSession } from '../../host/host-session.ts';
import { InputError } from '../../model/errors.ts';
import { isModuleId } from '../../model/identifiers.ts';
import { isMachineAccount } from '../../model/machine-account.ts';
import { backupRootOf } from '../../model/policy-defaults.ts';
import {
  type Finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { requireHost, show } from '../change-lease.ts';
import { openRemoteState, type RemoteState } from '../git-log.ts';
import { listRemains } from '../list-remains.ts';
import { type LeftModule, readLeftModule } from '../read-left-module.ts';
import { retireOnRecord } from '../retire-on-record.ts';
import type { Terminal } from '../terminal.ts';
import type { HoldOptions } from './options.ts';

interface RetireOptions extends HoldOptions {
  readonly confirm: string;
  readonly sshKeyFile?: string;
}

const about = { gate: 'retire', sha: '' };

/** Stops what a module left on its host that is gone from the repository. */
export function retire(module: string, options: RetireOptions) {
  return async (terminal: Terminal): Promise<number> => {
    if (!isModuleId(module)) {
      throw new InputError('<module>', module, 'the id of a module');
    }
    const remote = await openRemoteState(options, terminal);
    const { ports } = remote.run;
    try {
      const left = await readLeftModule(module, remote, options);
      const [first, ...others] = judge(left, options, remote);
      if (first)
        return show(refuseVerdict(about, [first, ...others]), terminal);
      if (left.status.retired) {
        const reason = `${module} was retired at ${left.status.retired.at}: nothing to do`;
        return show(passVerdict(about, 'retire/retired', reason), terminal);
      }
      const { host } = left;
      const inputs = {
        token: undefined,
        sshKey: undefined,
        sshKeyFile: options.sshKeyFile,
      };
      requireHost(remote.place.policy.hosts, host);
      const request = {
        subject: remote.place,
        sources: [],
        also: [host],
        inputs,
      };
      const hosts = await openModuleHosts(request, ports);
      try {
        const session = hosts.named(host);
        if (!session) throw new TypeError(`no session for ${host}`);
        const done = await carryOut({ left, session, options, remote });
        if ('code' in done) return show(refuseVerdict(about, [done]), terminal);
        return tell(left, { ...done, session, options }, terminal);
      } finally {
        await hosts.close();
      }
    } finally {
      await closeHosts(ports.context.folder(), ports.exec);
      remote.close();
    }
  };
}

function judge(
  left: LeftModule,
  { confirm, reason }: RetireOptions,
  { run, place }: RemoteState,
): readonly Finding[] {
  const { actor } = run.ports.context;
  const { not_counted } = place.policy.approval;
  return judgeRetire({
    ...{ module: left.module, actor, reason: reason.trim() },
    person: !isMachineAccount(actor, not_counted),
    confirmation: confirm,
    stateful: left.stateful,
    exists: left.exists,
    claims: left.claims,
    open: left.open,
  });
}

interface Carrying {
  readonly left: LeftModule;
  readonly session: HostSession;
  readonly options: RetireOptions;
  readonly remote: RemoteState;
}

/** First a look, which says what there is while it is there. */
async function carryOut({
  left,
  session,
  options,
  remote,
}: Carrying): Promise<
  { readonly remains: Remains; readonly backupRoot: string } | Finding
> {
  const { policy } = remote.place;
  const backupRoot = backupRootOf(policy, session.policy);
  const request = {
    host: session,
    release: left.release,
    backupRoot,
    armed: left.stateful,
  };
  const remains = await retireModule({ ...request, lease: undefined });
  if ('code' in remains || options.dryRun) {
    return 'code' in remains ? remains : { remains, backupRoot };
  }
  const refusal = await retireOnRecord(
    { left, remains, reason: options.reason.trim() },
    (lease) => retireModule({ ...request, lease }),
    remote,
  );
  return refusal ?? { remains, backupRoot };
}

function tell(
  { module, host, release }: LeftModule,
  done: {
    readonly remains: Remains;
    readonly backupRoot: string;
    readonly session: HostSession;
    readonly options: RetireOptions;
  },
  terminal: Terminal,
): number {
  const { options, remains } = done;
  const kept = listRemains(runtimeName(release), done);
  const names = remains.containers.join(', ') || 'nothing';
  const verdict: Verdict = options.dryRun
    ? passVerdict(
        about,
        'retire/looked',
        `Would be stopped of ${module} on ${host}: ${names}`,
      )
    : passVerdict(
        about,
        'retire/retired',
        `Stopped of ${module} on ${host}: ${names}; what it kept is listed`,
      );
  terminal.verdict(verdict);
  for (const { what, by_hand } of kept) {
    terminal.line(`kept: ${what} · ${by_hand}`);
  }
  const { containers, stateful } = remains;
  terminal.document({ verdict, containers, stateful, kept });
  return 0;
}

import type { HostSession } from '../host/host-session.ts';
import { seenFence } from '../host/seen-fence.ts';
import { printable } from '../model/printable.ts';
import { type Finding, finding } from '../model/verdict.ts';
import type { ReleaseName } from './driver.ts';
import { problemOf, textOf } from './host-problem.ts';
import { runtimeName } from './release-fields.ts';

const LOCK_WAIT_S = '60';
/** Each container has its time to stop. */
const TIMEOUT_MS = 900_000;

export interface RetireRequest {
  readonly host: HostSession;
  readonly release: ReleaseName;
  /** Where its backups would be. */
  readonly backupRoot: string;
  /** A person named it as stateful. */
  readonly armed: boolean;
  /** Only looks; else the lease it is done under. */
  readonly lease:
    | { readonly fence: number; readonly holder: string }
    | undefined;
}

/** What is there of a retired module, by name. */
export interface Remains {
  /** Stopped, or to be stopped. */
  readonly containers: readonly string[];
  readonly stateful: boolean;
  readonly volumes: readonly string[];
  readonly images: readonly string[];
  readonly backups: readonly string[];
  /** Highest fence that the host has seen; undefined where it cannot say. */
  readonly fence: number | undefined;
}

/** Has the host stop what a module left there; without a lease it only looks. */
export async function retireModule(
  request: RetireRequest,
): Promise<Remains | Finding> {
  const { host, lease, release } = request;
  const reply = await host.perform({
    fields: {
      op: 'retire',
      root: host.policy.runtime_root,
      module: release.module,
      runtime: runtimeName(release),
      path: host.commandPath,
      backup_root: request.backupRoot,
      armed: String(request.armed),
      dry_run: String(lease === undefined),
      fence: lease === undefined ? '' : String(lease.fence),
      holder: lease?.holder ?? '',
      lock_wait: LOCK_WAIT_S,
    },
    timeoutMs: TIMEOUT_MS,
  });
  const { module } = release;
  if (reply.kind === 'lost') {
    const { reason } = reply.finding;
    return reply.started === 'no' || lease === undefined
      ? { ...reply.finding, module }
      : finding('retire/unknown', reason, { module });
  }
  const { fields } = reply;
  const problem = problemOf(fields, host, release);
  if (problem) return problem;
  const list = (key: string) =>
    textOf(fields, key)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => printable(host.redact(line)));
  return {
    containers: list('containers'),
    stateful: textOf(fields, 'stateful') === 'true',
    volumes: list('volumes'),
    images: list('images'),
    backups: list('backups'),
    fence: seenFence(fields),
  };
}

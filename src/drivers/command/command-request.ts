import { createHash } from 'node:crypto';
import type { HostSession } from '../../host/host-session.ts';
import { encodeWords } from '../../host/protocol.ts';
import type { Plan } from '../../model/plan.ts';
import type { RunIdentity } from '../../model/status.ts';
import type { Release } from '../driver.ts';

/** Room for the connection, the transfer and the host's own work. */
const MARGIN_MS = 180_000;
export const DEFAULT_LOCK_WAIT_MS = 60_000;

/** The name of a module's folder on the host; a renamed one keeps it. */
export function runtimeName(release: Release): string {
  return release.manifest.renamed_from || release.module;
}

/** The request lines that every operation on a release has. */
export function releaseFields(host: HostSession, release: Release) {
  const { command, health, host_files, host_dirs, stateful } = release.manifest;
  return {
    root: host.policy.runtime_root,
    runtime: runtimeName(release),
    module: release.module,
    folder: release.folder,
    tree: release.tree,
    sha: release.sha,
    path: host.commandPath,
    host_files: encodeWords(host_files),
    host_dirs: encodeWords(host_dirs),
    plan_argv: encodeWords(command?.plan ?? []),
    apply_argv: encodeWords(command?.apply ?? []),
    stop_argv: encodeWords(command?.stop ?? []),
    health_argv: encodeWords(command?.health ?? []),
    timeout: seconds(command?.timeout ?? 0),
    health_timeout: seconds(health.timeout),
    streak: String(health.streak),
    interval: seconds(health.interval),
    http: health.http ?? '',
    stateful: String(stateful),
  };
}

/** The longest a plan may take before the connection is given up. */
export function planTimeoutMs(release: Release): number {
  return 2 * (release.manifest.command?.timeout ?? 0) + MARGIN_MS;
}

/** The same for an apply: plan, apply and going back, each with its health. */
export function applyTimeoutMs(release: Release, lockWaitMs: number): number {
  const command = release.manifest.command?.timeout ?? 0;
  return (
    3 * command + 2 * release.manifest.health.timeout + lockWaitMs + MARGIN_MS
  );
}

/**
 * The name of an attempt: the same for the same run, module and plan, so that
 * a run that comes back finds what it did; another for every other plan.
 */
export function attemptName(run: RunIdentity, plan: Plan): string {
  const identity = [run.id, run.attempt, plan.module, plan.created_at];
  const hash = createHash('sha256')
    .update(JSON.stringify([...identity, plan.digest]))
    .digest('hex');
  const readable = [run.id, run.attempt, plan.module]
    .map((part) => part.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 63))
    .join('-');
  return `${readable}-${hash.slice(0, 16)}`;
}

function seconds(milliseconds: number): string {
  return String(Math.ceil(milliseconds / 1000));
}

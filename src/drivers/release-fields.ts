import type { HostSession } from '../host/host-session.ts';
import { encodeWords } from '../host/protocol.ts';
import type { Release, ReleaseName } from './driver.ts';

/** Room for the connection, the transfer and the host's own work. */
export const MARGIN_MS = 180_000;
export const DEFAULT_LOCK_WAIT_MS = 60_000;

/** The name of a module's folder on the host; a renamed one keeps it. */
export function runtimeName(release: ReleaseName): string {
  return release.manifest.renamed_from || release.module;
}

/** The request lines that every operation on a release has, with any driver. */
export function releaseFields(host: HostSession, release: Release) {
  const { driver, health, host_files, host_dirs, stateful } = release.manifest;
  return {
    driver,
    root: host.policy.runtime_root,
    runtime: runtimeName(release),
    module: release.module,
    folder: release.folder,
    tree: release.tree,
    sha: release.sha,
    path: host.commandPath,
    host_files: encodeWords(host_files),
    host_dirs: encodeWords(host_dirs),
    health_timeout: wholeSeconds(health.timeout),
    streak: String(health.streak),
    interval: wholeSeconds(health.interval),
    http: health.http ?? '',
    stateful: String(stateful),
  };
}

/** Milliseconds as the seconds of a request line, rounded up. */
export function wholeSeconds(milliseconds: number): string {
  return String(Math.ceil(milliseconds / 1000));
}

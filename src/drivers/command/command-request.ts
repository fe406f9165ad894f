import type { HostSession } from '../../host/host-session.ts';
import { encodeWords } from '../../host/protocol.ts';
import type { Release } from '../driver.ts';
import { MARGIN_MS, releaseFields, wholeSeconds } from '../release-fields.ts';

/** The request lines of an operation on a release of this driver. */
export function commandFields(host: HostSession, release: Release) {
  const { command } = release.manifest;
  return {
    ...releaseFields(host, release),
    plan_argv: encodeWords(command?.plan ?? []),
    apply_argv: encodeWords(command?.apply ?? []),
    stop_argv: encodeWords(command?.stop ?? []),
    health_argv: encodeWords(command?.health ?? []),
    timeout: wholeSeconds(command?.timeout ?? 0),
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

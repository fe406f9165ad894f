import type { HostSession } from '../../host/host-session.ts';
import { encodeWords } from '../../host/protocol.ts';
import type { Release } from '../driver.ts';
import { MARGIN_MS, releaseFields, wholeSeconds } from '../release-fields.ts';
import { composeSettings } from './compose-subject.ts';

/** The longest that images may take to arrive. */
export const PULL_TIMEOUT_MS = 900_000;

/** The longest that one `up` may take: stopping what ran has a grace period. */
export const UP_MARGIN_MS = 300_000;

/** Room for resolving a model and asking the engine; both answer in seconds. */
const LOOK_MS = 120_000;

/** The request lines of an operation on a release of this driver. */
export function composeFields(host: HostSession, release: Release) {
  const settings = composeSettings(release);
  return {
    ...releaseFields(host, release),
    compose_files: encodeWords(settings.files),
    profiles: encodeWords(settings.profiles),
    project: settings.project,
    services: encodeWords(settings.services ?? []),
    oneshot: encodeWords(settings.oneshot),
    project_directory: settings.projectDirectory,
    images: release.asBefore ? 'kept' : '',
    timeout: wholeSeconds(UP_MARGIN_MS),
    pull_timeout: wholeSeconds(PULL_TIMEOUT_MS),
  };
}

/** The longest a plan may take before the connection is given up. */
export function planTimeoutMs(): number {
  return LOOK_MS + MARGIN_MS;
}

import { posix } from 'node:path';
import type { HostSession } from '../../host/host-session.ts';
import { composeSchema } from '../../model/compose-settings.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { PlanRequest, Release } from '../driver.ts';
import { runtimeName } from '../release-fields.ts';

/** What the manifest says about compose, with every default filled in. */
export interface ComposeSettings {
  /** Compose files as repository paths, in the order compose reads them. */
  readonly files: readonly string[];
  readonly profiles: readonly string[];
  readonly project: string;
  /** Services of this module; undefined = all that its files have. */
  readonly services: readonly string[] | undefined;
  readonly oneshot: readonly string[];
  /** Old folder of an adopted project, or nothing. */
  readonly projectDirectory: string;
}

/** Whose model is judged, and by what. */
export interface ComposeSubject {
  readonly module: string;
  readonly manifest: Manifest;
  /** Repository path of the module's folder. */
  readonly folder: string;
  readonly settings: ComposeSettings;
  /** The module's folder on the host, `<runtime_root>/<runtime name>`. */
  readonly base: string;
  /** Name of the host, for what is told. */
  readonly host: string;
  readonly policy: PlanRequest['policy'];
  /** The door of the host session for text that is told. */
  readonly redact: (text: string) => string;
}

export function composeSubject({
  host,
  policy,
  release,
}: Pick<PlanRequest, 'host' | 'policy' | 'release'>): ComposeSubject {
  return {
    module: release.module,
    manifest: release.manifest,
    folder: release.folder,
    settings: composeSettings(release),
    base: baseOf(host, release),
    host: host.name,
    policy,
    redact: host.redact,
  };
}

/** A leading `/` of a compose file means the repository root. */
export function composeSettings(
  release: Omit<Release, 'files'>,
): ComposeSettings {
  const compose = release.manifest.compose ?? composeSchema.parse({});
  const files = [compose.file, ...compose.files].map((file) =>
    file.startsWith('/') ? file.slice(1) : posix.join(release.folder, file),
  );
  return {
    files,
    profiles: compose.profiles,
    // A renamed module keeps its project as it keeps its folder.
    project: compose.project ?? runtimeName(release),
    services: compose.services,
    oneshot: compose.oneshot,
    projectDirectory: compose.project_directory,
  };
}

function baseOf(host: HostSession, release: Release): string {
  return `${host.policy.runtime_root}/${runtimeName(release)}`;
}

import type { RunIdentity, Status } from '../model/status.ts';

/** What an artifact is about. */
export interface ArtifactSubject {
  /** Number of the pull request of the event, where it has one. */
  readonly pullRequest: number | undefined;
  readonly run: RunIdentity;
  readonly statuses: readonly Status[];
}

/**
 * Named after the pull request: the one of the event, or the only one that
 * this run applied; else after the run.
 */
export function defaultArtifactName(subject: ArtifactSubject): string {
  const { pullRequest, run, statuses } = subject;
  const applied = new Set(
    statuses.flatMap((status) =>
      status.run.id === run.id && status.last_apply_pr !== null
        ? [status.last_apply_pr]
        : [],
    ),
  );
  const [only] = applied.size === 1 ? applied : [];
  return `platform-apply-state-${pullRequest ?? only ?? run.number}`;
}

import type { Finding } from '../../../model/verdict.ts';
import { repositoryPath } from '../changes/repository-path.ts';
import { isSacredPath, isSacredVolume } from '../changes/sacred-paths.ts';
import type { ComposeSubject } from '../compose-subject.ts';
import type { ComposeModel, ComposeService } from '../facts/model.ts';
import type { HostPath } from './host-path.ts';
import { judgeReleasePath, type MountContext } from './judge-mounted-path.ts';
import { serviceFinding } from './service-finding.ts';

/** What a service would see of a sacred path. No policy line accepts that. */
export function checkSacred(
  service: ComposeService,
  paths: readonly HostPath[],
  { model, subject }: { model: ComposeModel; subject: ComposeSubject },
): Finding[] {
  const tell = (what: string) =>
    serviceFinding('plan/sacred', subject, { service: service.name, what });
  const bound = paths
    .filter(({ path }) => isSacredPath(path.value, subject))
    .map(({ key, path }) =>
      tell(
        `would see ${quoted(path.shown)} (${key}), which the policy calls sacred`,
      ),
    );
  const volumes = service.mounts.flatMap(({ source, type }) => {
    const volume =
      type === 'volume' && source ? model.volumes.get(source.value) : undefined;
    return volume && isSacredVolume(volume, subject)
      ? [
          tell(
            `would see the volume ${quoted(volume.name.shown)}, which the policy calls sacred`,
          ),
        ]
      : [];
  });
  return bound.length > 0 ? bound : volumes;
}

/** Paths of the release, tracked or declared: what an earlier look let be. */
export function checkReleasePaths(
  service: ComposeService,
  paths: readonly HostPath[],
  { context, subject }: { context: MountContext; subject: ComposeSubject },
): Finding[] {
  return paths.flatMap(({ isFile, isVolume = false, key, path }) => {
    const inRelease = repositoryPath(path.value, subject);
    if (inRelease === undefined) return [];
    const use = { isRead: false, isFile, isVolume };
    const problem = judgeReleasePath(inRelease, context, use);
    if (!problem) return [];
    const isPlain = path.value === path.shown;
    return [
      serviceFinding('plan/unmanaged-bind', subject, {
        service: service.name,
        what: `mounts ${quoted(path.shown)} (${key}), which ${isPlain ? problem.why : 'is neither in git nor declared to live on the host'}`,
        remedy: isPlain ? problem.remedy : 'Name the path without a variable.',
      }),
    ];
  });
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

import type { Plan, PlanChange } from '../../../model/plan.ts';
import { type Finding, finding } from '../../../model/verdict.ts';

/** What has to be corrected before what runs is what the draft says. */
const REMEDIES: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [
    /configuration/,
    'It was started from other files than those that are there now: undo that edit on the host, or run `docker compose up -d` there when a restart suits.',
  ],
  [
    /mounted content/,
    'A file that it mounts was changed after it started: restart it on the host when that suits.',
  ],
  [
    /^image|image /,
    'Its tag was pulled after it started: `docker compose up -d` on the host when a restart suits, or tag the image that runs again.',
  ],
  [
    /data at/,
    'Its data would be found elsewhere: correct project_directory, or the mount.',
  ],
];

/** The changes of a plan as refusals, each with what to correct. */
export function explainChanges({ changes, module }: Plan): readonly Finding[] {
  return changes.map((change) =>
    finding(
      'adopt/differs',
      `${change.action} ${change.resource}${change.destructive ? ' (destructive)' : ''}: ${change.detail}`,
      { module, ...remedyOf(change) },
    ),
  );
}

function remedyOf({ action, detail }: PlanChange) {
  if (action === 'create') {
    return {
      remedy:
        'It does not run: start it on the host, or leave it out with --services.',
    };
  }
  const remedies = REMEDIES.filter(([pattern]) => pattern.test(detail));
  return remedies.length === 0
    ? {}
    : { remedy: remedies.map(([, remedy]) => remedy).join(' ') };
}

import { printable } from '../../model/printable.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { proposeGlob } from './propose-glob.ts';
import type { ScopeFacts } from './scope-facts.ts';

/** Findings of one kind that are told one by one; the rest is counted. */
const MAX_TOLD = 20;
/** Characters of a path that are told. */
const MAX_PATH = 300;

/** What forbids that anything of this run is applied. */
export function blockPush(
  facts: ScopeFacts,
  eligible: readonly string[],
): Finding[] {
  return [
    ...facts.invalid.map((reason) => finding('scope/invalid-manifest', reason)),
    ...blockUnknownModule(facts),
    ...facts.rewritten.map((reason) =>
      finding('scope/history-rewritten', reason),
    ),
    ...blockPaths(facts),
    ...blockUnsupported(facts),
    ...blockLimits(facts, eligible),
  ];
}

function blockUnknownModule({ asked, known }: ScopeFacts): Finding[] {
  if (asked === undefined || known.has(asked)) return [];
  return [
    finding(
      'scope/unknown-module',
      `There is no module ${JSON.stringify(asked)} at head`,
    ),
  ];
}

function blockPaths({ change, event }: ScopeFacts): Finding[] {
  // A person who dispatches has seen what the range holds.
  const attended = event === 'workflow_dispatch';
  const control = attended ? [] : (change?.control ?? []);
  const unclassified = change?.unclassified ?? [];
  return [
    ...(control.length === 0
      ? []
      : [
          finding(
            'scope/control-change',
            `The change touches ${tell(control)}: nothing is applied in the same breath`,
          ),
        ]),
    ...(unclassified.length === 0
      ? []
      : [
          finding(
            'scope/unclassified-path',
            `No module and no rule of the policy has ${tell(unclassified)}`,
            remedyForPath(unclassified[0] ?? ''),
          ),
        ]),
  ];
}

function remedyForPath(path: string): { remedy?: string } {
  const glob = proposeGlob(path);
  if (glob === undefined) return {};
  return {
    remedy: `Add the path to a module (paths:), to shared: or to ignore: in the policy, such as: ignore: [${glob}]`,
  };
}

function blockUnsupported(facts: ScopeFacts): Finding[] {
  const all = [
    ...facts.unsupported.map((reason) => ({ reason, details: {} })),
    ...facts.candidates.flatMap(({ id, unsupported }) =>
      unsupported.map((reason) => ({ reason, details: { module: id } })),
    ),
  ];
  const told = all
    .slice(0, MAX_TOLD)
    .map(({ reason, details }) =>
      finding('scope/unsupported-entry', reason, details),
    );
  const rest = all.length - told.length;
  if (rest > 0) {
    told.push(
      finding('scope/unsupported-entry', `${rest} more entries are like that`),
    );
  }
  return told;
}

function blockLimits(
  { change, limits }: ScopeFacts,
  eligible: readonly string[],
): Finding[] {
  const blocks: Finding[] = [];
  if (change && change.paths > limits.max_changed_files) {
    blocks.push(
      finding(
        'scope/too-many-files',
        `${change.paths} files changed; limits.max_changed_files is ${limits.max_changed_files}`,
      ),
    );
  }
  if (change && change.deleted > limits.max_deleted_files) {
    blocks.push(
      finding(
        'scope/too-many-files',
        `${change.deleted} files were deleted; limits.max_deleted_files is ${limits.max_deleted_files}`,
      ),
    );
  }
  if (eligible.length > limits.max_modules) {
    blocks.push(
      finding(
        'scope/too-many-modules',
        `${eligible.length} modules would be applied; limits.max_modules is ${limits.max_modules}`,
      ),
    );
  }
  return blocks;
}

function tell(paths: readonly string[]): string {
  const told = paths.slice(0, 5).map(quote).join(', ');
  const rest = paths.length - 5;
  return rest > 0 ? `${told} and ${rest} more` : told;
}

function quote(path: string): string {
  const shown = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}...` : path;
  return printable(JSON.stringify(shown));
}

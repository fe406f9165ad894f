import { printable } from '../../model/printable.ts';
import { type LintFinding, lintFinding, type Place } from '../lint-finding.ts';
import type { Workflow } from '../workflow.ts';
import { forgesOf } from '../workflow-files.ts';

/** Every action and reusable workflow is named by what cannot be moved. */
export function checkPins({ jobs }: Workflow): LintFinding[] {
  return jobs.flatMap((job) => [
    ...checkPin(job.raw.uses, job.at('uses')),
    ...job.steps.flatMap(({ raw, at }) => checkPin(raw.uses, at('uses'))),
  ]);
}

function checkPin(uses: string | undefined, place: Place): LintFinding[] {
  if (uses === undefined || isPinned(uses)) return [];
  const reason = `uses: ${printable(JSON.stringify(uses))} is not bound to a commit`;
  const remedy = remedyFor(uses, place.file);
  return [
    lintFinding('lint/unpinned-action', place, {
      reason,
      ...(remedy && { remedy }),
    }),
  ];
}

/** `./x` is part of the commit that runs. */
function isPinned(uses: string): boolean {
  if (uses.startsWith('./')) return !uses.includes('${{');
  return uses.startsWith('docker://')
    ? /@sha256:[0-9a-f]{64}$/.test(uses)
    : /^[^$]*@(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(uses);
}

function remedyFor(uses: string, file: string): string | undefined {
  if (/^docker:\/\/[\w./:-]+$/.test(uses)) {
    const image = uses.slice('docker://'.length);
    return `Name the image by its digest: docker buildx imagetools inspect ${image}, then uses: docker://${image.replace(/:[^/:]*$/, '')}@sha256:<64 hex digits>`;
  }
  const parts =
    /^(?:https?:\/\/([\w.:-]+)\/)?([\w.-]+\/[\w.-]+)((?:\/[\w.-]+)*)@([\w.-]+)$/.exec(
      uses,
    );
  if (!parts) return undefined;
  const usual = forgesOf(file).forgejo ? '<forge>' : 'github.com';
  const [, host = usual, repository, path, ref] = parts;
  const address = uses.startsWith('http') ? `https://${host}/` : '';
  return `git ls-remote https://${host}/${repository} ${ref} '${ref}^{}' tells the commit (the last line); then uses: ${address}${repository}${path}@<40 hex digits> # ${ref}`;
}

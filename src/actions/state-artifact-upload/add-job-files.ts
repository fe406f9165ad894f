import { join } from 'node:path';
import { readFoundFiles } from '../../adapters/found-files.ts';
import {
  type ArtifactDraft,
  MAX_ARTIFACT_FILE_BYTES,
} from '../../artifact/artifact-draft.ts';
import type { Ports } from '../step.ts';

const MAX_PLANS = 1_000;

/** Adds what the steps of this job decided and planned. */
export function addVerdicts(draft: ArtifactDraft, { verdicts }: Ports): void {
  const lines = verdicts.read().map((entry) => `${JSON.stringify(entry)}\n`);
  if (lines.length > 0) draft.add('verdicts.jsonl', lines.join(''));
}

/** Adds the plans that module-plan left in this job. */
export async function addPlans(
  draft: ArtifactDraft,
  { context }: Ports,
): Promise<void> {
  const base = context.folder();
  const found = await readFoundFiles([join(base, 'plans', '*.plan.json')], {
    input: 'plan',
    base,
    roots: [base],
    anywhere: false,
    links: 'refused',
    maxFiles: MAX_PLANS,
    maxBytes: MAX_ARTIFACT_FILE_BYTES,
  });
  for (const file of found) {
    if ('problem' in file) draft.leaveOut(file.name, file.problem);
    else draft.add(file.name, file.content);
  }
}

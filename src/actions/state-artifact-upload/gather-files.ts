import {
  type ArtifactDraft,
  describeLeftOut,
} from '../../artifact/artifact-draft.ts';
import { ActionError } from '../../model/errors.ts';
import type { Status } from '../../model/status.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { Ports } from '../step.ts';
import { addPlans, addVerdicts } from './add-job-files.ts';
import { addNamedFiles } from './add-named-files.ts';
import { addStateFiles } from './add-state-files.ts';
import type { StateArtifactInputs } from './inputs.ts';

/** What was found for an artifact. */
export interface GatheredFiles {
  readonly statuses: readonly Status[];
  /** Patterns that name no file. */
  readonly missing: readonly string[];
  readonly notes: readonly Finding[];
}

/**
 * Fills the draft. A part that cannot be read takes nothing from the others:
 * after a lane that failed, what is there is wanted most.
 */
export async function gatherFiles(
  draft: ArtifactDraft,
  inputs: StateArtifactInputs,
  ports: Ports,
): Promise<GatheredFiles> {
  const notes: Finding[] = [];
  const tolerate = async <Value>(
    part: string,
    read: () => Value | Promise<Value>,
  ): Promise<Value | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      const reason = `${part}: ${error.message} (${error.code})`;
      notes.push(finding('artifact/incomplete', reason));
      return undefined;
    }
  };
  await tolerate('the verdicts', () => addVerdicts(draft, ports));
  await tolerate('the plans', () => addPlans(draft, ports));
  const statuses = await tolerate('the state branch', () =>
    addStateFiles(draft, inputs, ports),
  );
  // Last, so that they crowd nothing out.
  const missing = await addNamedFiles(draft, inputs, ports);
  return {
    statuses: statuses ?? [],
    missing,
    notes: [...notes, ...describeLeftOut(draft)],
  };
}

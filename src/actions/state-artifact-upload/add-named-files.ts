import { relative, resolve } from 'node:path';
import { readFoundFiles } from '../../adapters/found-files.ts';
import {
  type ArtifactDraft,
  MAX_ARTIFACT_BYTES,
  MAX_ARTIFACT_FILE_BYTES,
  MAX_ARTIFACT_FILES,
} from '../../artifact/artifact-draft.ts';
import type { Ports } from '../step.ts';
import type { StateArtifactInputs } from './inputs.ts';

/** Where files of the workspace stand in the artifact. */
const FOLDER = 'workspace';

/** Adds the files that `paths` names; the patterns that name none. */
export async function addNamedFiles(
  draft: ArtifactDraft,
  { paths, workingDirectory }: StateArtifactInputs,
  { context: { workspace } }: Ports,
): Promise<readonly string[]> {
  const base = resolve(workspace, workingDirectory);
  const missing: string[] = [];
  const done = new Set<string>();
  for (const pattern of paths) {
    const found = await readFoundFiles([pattern], {
      input: 'paths',
      base,
      roots: [workspace],
      anywhere: false,
      links: 'refused',
      maxFiles: MAX_ARTIFACT_FILES,
      maxBytes: MAX_ARTIFACT_FILE_BYTES,
      maxTotalBytes: MAX_ARTIFACT_BYTES,
    });
    if (found.length === 0) missing.push(pattern);
    for (const file of found) {
      const path = relative(workspace, resolve(base, file.name));
      if (done.has(path)) continue;
      done.add(path);
      const place = `${FOLDER}/${path}`;
      if ('problem' in file) draft.leaveOut(place, file.problem);
      else draft.addNamed(place, file.content);
    }
  }
  return missing;
}

import { createHash } from 'node:crypto';
import type { ArtifactDraft } from './artifact-draft.ts';

/** Where the list of what is in an artifact stands in it. */
export const CONTENTS_PATH = 'contents.json';

export interface ArtifactOrigin {
  readonly name: string;
  readonly repository: string;
  readonly sha: string;
  readonly run: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

/** The list of an artifact's files with their sums, and of what is not in it. */
export function renderContents(
  origin: ArtifactOrigin,
  draft: ArtifactDraft,
): string {
  const files = [...draft.files].map(([path, { text, redacted }]) => ({
    path,
    bytes: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
    redacted,
  }));
  const left = [...draft.leftOut()].map(([why, paths]) => ({ why, paths }));
  const contents = { schema: 1, ...origin, files, left_out: left };
  return `${JSON.stringify(contents, undefined, 2)}\n`;
}

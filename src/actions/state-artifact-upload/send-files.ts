import type { ArtifactService } from '../../adapters/artifact/artifact-service.ts';
import { stageFiles } from '../../adapters/artifact/staging-folder.ts';
import {
  type UploadResult,
  uploadArtifact,
} from '../../adapters/artifact/upload-artifact.ts';
import {
  CONTENTS_PATH,
  renderContents,
} from '../../artifact/artifact-contents.ts';
import type { ArtifactDraft } from '../../artifact/artifact-draft.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { Ports } from '../step.ts';

export interface SendRequest {
  readonly name: string;
  readonly draft: ArtifactDraft;
  readonly service: ArtifactService;
  readonly retentionDays: number | undefined;
  readonly redactor: Redactor;
}

/** Uploads the files of a draft with a list of them, from a folder of ours. */
export async function sendFiles(
  { name, draft, service, retentionDays, redactor }: SendRequest,
  { context, clock, print, onStop }: Ports,
): Promise<UploadResult> {
  const { repository, sha, identity } = context;
  const contents = renderContents(
    {
      name,
      repository,
      sha,
      run: identity,
      created_at: clock.now().toISOString(),
    },
    draft,
  );
  const texts = [...draft.files].map(
    ([path, { text }]) => [path, text] as const,
  );
  const staging = stageFiles(context.folder(), [
    ...texts,
    [CONTENTS_PATH, contents],
  ]);
  const withdraw = onStop?.(async () => staging.remove());
  try {
    return redactResult(
      await uploadArtifact({
        service,
        name,
        folder: staging.path,
        files: [...staging.files],
        ...(retentionDays === undefined ? {} : { retentionDays }),
        print: (line) => print(redactor.redact(line)),
      }),
      redactor,
    );
  } finally {
    withdraw?.();
    staging.remove();
  }
}

/** What the service says goes into logs and verdicts. */
function redactResult(result: UploadResult, redactor: Redactor): UploadResult {
  if (result.kind === 'failed') {
    return { ...result, message: redactor.redact(result.message) };
  }
  const { kept } = result;
  return kept.kind === 'unconfirmed'
    ? { ...result, kept: { ...kept, message: redactor.redact(kept.message) } }
    : result;
}

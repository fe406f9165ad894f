import type { ArtifactDraft } from '../../artifact/artifact-draft.ts';
import { tailOfLog } from '../../artifact/log-tail.ts';
import { type Status, statusSchema } from '../../model/status.ts';
import { parseStrictJson } from '../../model/strict-json.ts';
import { openRepositoryState } from '../../repository/repository-state.ts';
import { readSubject } from '../../repository/subject.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import type { Ports } from '../step.ts';
import type { StateArtifactInputs } from './inputs.ts';

const STATUSES = '.platform/state/modules/';
const PLANS = 'state/plans/';
const LOG = 'state/AUDIT_LOG.jsonl';
const LOG_TAIL = 'state/AUDIT_LOG.tail.jsonl';
const TAIL = { lines: 1_000, bytes: 1024 * 1024 } as const;

/**
 * Adds what the state branch says: every status as it is, the plans they speak
 * of, the end of the audit log. The statuses are returned.
 */
export async function addStateFiles(
  draft: ArtifactDraft,
  inputs: StateArtifactInputs,
  ports: Ports,
): Promise<readonly Status[]> {
  const subject = await readSubject(ports, inputs);
  const { store, close } = await openRepositoryState(ports, {
    repository: subject.repository,
    branch: subject.policy.state.branch,
    token: inputs.token,
  });
  try {
    return await addSnapshot(draft, await store.fetch());
  } finally {
    close();
  }
}

async function addSnapshot(
  draft: ArtifactDraft,
  snapshot: StateSnapshot,
): Promise<readonly Status[]> {
  const texts = await snapshot.readAll(snapshot.list(STATUSES));
  const statuses = [...texts.values()].flatMap(parseStatusText);
  const plans = await snapshot.readAll(findPlans(snapshot, statuses));
  for (const [path, text] of [...texts, ...plans]) draft.add(path, text);
  const log = await snapshot.read(LOG);
  if (log !== undefined) draft.add(LOG_TAIL, tailOfLog(log, TAIL));
  return statuses;
}

/** A status that cannot be read is copied all the same, for people to see. */
function parseStatusText(text: string): Status[] {
  const json = parseStrictJson(Buffer.from(text));
  const status = statusSchema.safeParse(json.ok ? json.value : undefined);
  return status.success ? [status.data] : [];
}

function findPlans(
  snapshot: StateSnapshot,
  statuses: readonly Status[],
): readonly string[] {
  const digests = new Set(
    statuses.map(({ plan_digest }) => plan_digest.replace(/^sha256:/, '')),
  );
  return snapshot
    .list(PLANS)
    .filter((path) =>
      digests.has(/([0-9a-f]{64})\.json$/.exec(path)?.[1] ?? '-'),
    );
}

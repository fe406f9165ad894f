import type { ArtifactDraft } from '../../artifact/artifact-draft.ts';
import { tailOfLog } from '../../artifact/log-tail.ts';
import {
  findSegments,
  OPEN_PATH,
  SEGMENT_FOLDER,
} from '../../audit/log-files.ts';
import { type Status, statusSchema } from '../../model/status.ts';
import { parseStrictJson } from '../../model/strict-json.ts';
import { findStatePlace, openStateAt } from '../../repository/state-place.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import type { Ports } from '../step.ts';
import type { StateArtifactInputs } from './inputs.ts';

const STATUSES = '.platform/state/modules/';
const PLANS = 'state/plans/';
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
  const place = await findStatePlace(ports, inputs);
  const { store, close } = await openStateAt(ports, place, inputs);
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
  const tail = await readLogTail(snapshot);
  if (tail !== '') draft.add(LOG_TAIL, tail);
  return statuses;
}

/** Entries move from the open file into older ones: the last is read as well. */
async function readLogTail(snapshot: StateSnapshot): Promise<string> {
  const [older] = findSegments(snapshot.list(SEGMENT_FOLDER)).slice(-1);
  const paths = older ? [older.path, OPEN_PATH] : [OPEN_PATH];
  const texts = await snapshot.readAll(paths);
  return tailOfLog(paths.map((path) => texts.get(path) ?? '').join(''), TAIL);
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

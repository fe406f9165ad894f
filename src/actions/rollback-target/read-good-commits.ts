import * as z from 'zod';
import {
  findSegments,
  OPEN_PATH,
  SEGMENT_FOLDER,
} from '../../audit/log-files.ts';
import { readLine } from '../../audit/read-line.ts';
import { shaSchema } from '../../model/identifiers.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';

const endSchema = z.object({
  module: z.string(),
  sha: shaSchema,
  result: z.enum(['applied', 'noop']),
});

/** Commits that ended well of a module, by the audit log as a whole. */
export async function readGoodCommits(
  snapshot: StateSnapshot,
  module: string,
): Promise<ReadonlySet<string>> {
  const segments = findSegments(snapshot.list(SEGMENT_FOLDER));
  const found = new Set<string>();
  for (const path of [...segments.map((each) => each.path), OPEN_PATH]) {
    const lines = ((await snapshot.read(path)) ?? '').split('\n');
    for (const line of lines) {
      if (!line.includes(`"module":${JSON.stringify(module)}`)) continue;
      const read = readLine(Buffer.from(line));
      if (!read.ok || !['result', 'reconcile'].includes(read.entry.kind)) {
        continue;
      }
      const { data } = endSchema.safeParse(read.entry.body);
      if (data?.module === module) found.add(data.sha);
    }
  }
  return found;
}

import { isModuleId } from '../model/identifiers.ts';
import { type Status, statusPath, statusSchema } from '../model/status.ts';
import { parseStrictJson } from '../model/strict-json.ts';
import { malformedFile, type StateSnapshot } from './snapshot.ts';
import type { StateChange } from './state-change.ts';

const FOLDER = '.platform/state/modules/';
const SUFFIX = '.status.json';

/**
 * Every module's status. One that cannot be read is `state/malformed`, never
 * the same as a module that was never applied.
 */
export async function readStatuses(
  snapshot: StateSnapshot,
): Promise<Map<string, Status>> {
  const texts = await snapshot.readAll(snapshot.list(FOLDER));
  return new Map(
    [...texts].map(([path, text]) => {
      const status = parseStatus(path, text);
      return [status.module, status];
    }),
  );
}

/** Status of one module; undefined where it was never applied. */
export async function readStatus(
  snapshot: StateSnapshot,
  module: string,
): Promise<Status | undefined> {
  const path = statusPath(module);
  const text = await snapshot.read(path);
  return text === undefined ? undefined : parseStatus(path, text);
}

/** Reads one status file; the module in it must be the one in its name. */
export function parseStatus(path: string, text: string): Status {
  const named = path.startsWith(FOLDER) && path.endsWith(SUFFIX);
  const module = named ? path.slice(FOLDER.length, -SUFFIX.length) : '';
  if (!isModuleId(module)) {
    throw malformedFile(path, 'it is not named <module>.status.json');
  }
  const result = statusSchema.safeParse(parseJson(path, text));
  if (!result.success) {
    const issues = result.error.issues.map(
      (issue) => `${issue.path.join('.') || 'document'}: ${issue.message}`,
    );
    throw malformedFile(path, issues.slice(0, 5).join('; '));
  }
  if (result.data.module !== module) {
    throw malformedFile(path, `it speaks about ${result.data.module}`);
  }
  return result.data;
}

function parseJson(path: string, text: string): unknown {
  const json = parseStrictJson(Buffer.from(text));
  if (!json.ok) throw malformedFile(path, `it ${json.problem}`);
  return json.value;
}

/** The change that records these statuses, for a commit to the branch. */
export function renderStatuses(statuses: readonly Status[]): StateChange {
  return new Map(
    statuses.map((status) => [
      statusPath(status.module),
      `${JSON.stringify(statusSchema.parse(status), undefined, 2)}\n`,
    ]),
  );
}

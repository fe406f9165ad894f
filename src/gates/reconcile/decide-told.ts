import { createHash } from 'node:crypto';
import { MAX_TOLD, type Told } from '../../model/reconciliation.ts';
import type { Finding } from '../../model/verdict.ts';

/** What a thing is about; each is looked at as a whole, or not at all. */
export type Topic = 'attempt' | 'lease' | 'lag' | 'host';

/** Something that somebody should know. */
export interface Thing {
  readonly topic: Topic;
  readonly finding: Finding;
  /** What of it makes it another thing to tell; else what the finding says. */
  readonly state?: string;
}

/**
 * What of the things was not told before, or not as it is now; and what is
 * remembered as told from now on. A thing that went away and comes back is told
 * again; one that this run did not look for stays.
 */
export function decideTold(
  things: readonly Thing[],
  before: readonly Told[],
  looked: readonly Topic[],
): { readonly news: readonly Finding[]; readonly told: readonly Told[] } {
  const marks = new Map(before.map(({ key, mark }) => [key, mark]));
  const found = new Map<string, Thing[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    found.set(key, [...(found.get(key) ?? []), thing]);
  }
  const unseen = before.filter(
    ({ key }) => !looked.some((topic) => key.startsWith(`${topic}:`)),
  );
  const now = [...found].map(([key, same]) => ({ key, mark: markOf(same) }));
  const changed = now.filter(({ key, mark }) => marks.get(key) !== mark);
  return {
    news: changed.flatMap(({ key }) =>
      (found.get(key) ?? []).map(({ finding }) => finding),
    ),
    told: [...unseen, ...now]
      .sort((one, other) => (one.key < other.key ? -1 : 1))
      .slice(0, MAX_TOLD),
  };
}

function keyOf({ topic, finding: { module = '', code } }: Thing): string {
  return `${topic}:${module}:${code}`;
}

function markOf(things: readonly Thing[]): string {
  const states = things.map(({ state, finding }) => state ?? finding.reason);
  return createHash('sha256')
    .update(JSON.stringify(states.sort()))
    .digest('hex')
    .slice(0, 16);
}

import { CHANGING, type Strike } from './traced-programs.ts';

export interface StrikeList {
  /** At calls that change something: each fails once, and ends its process once. */
  readonly changing: readonly Strike[];
  /** At calls that only look: each fails once. */
  readonly looking: readonly Strike[];
}

/**
 * Every system call that was recorded, as something that may go wrong. An end
 * between two changes is the same as an end at the second one, so that the
 * calls that look need to fail only.
 */
export function listStrikes(
  traces: ReadonlyMap<string, readonly string[]>,
): StrikeList {
  const changing: Strike[] = [];
  const looking: Strike[] = [];
  for (const [launch, lines] of traces) {
    const counts = new Map<string, number>();
    for (const line of lines) {
      const call = /^([a-z0-9_]+)\(/.exec(line)?.[1];
      if (call === undefined) continue;
      const nth = (counts.get(call) ?? 0) + 1;
      counts.set(call, nth);
      const failing = { launch, call, nth, fault: 'error=EIO' } as const;
      if (!isChange(call, line)) {
        if (mayFail(launch, call)) looking.push(failing);
        continue;
      }
      if (mayFail(launch, call)) changing.push(failing);
      changing.push({ ...failing, fault: 'signal=KILL' });
    }
  }
  return { changing, looking };
}

/**
 * The last call of a process cannot fail. Node's threads and signals reach
 * each other by writing to pipes of their own; without these it stands still.
 * And git's server takes a folder of new objects that it cannot read for an
 * empty one: it accepts a push without them, which no client can mend.
 */
function mayFail(launch: string, call: string): boolean {
  return !(
    call === 'exit_group' ||
    (call === 'write' && launch.startsWith('node.')) ||
    (call === 'getdents64' && launch.startsWith('receive-pack.'))
  );
}

function isChange(call: string, line: string): boolean {
  // Threads of one process wake each other.
  if (line.includes(String.raw`"\1\0\0\0\0\0\0\0", 8`)) return false;
  return call === 'openat'
    ? /O_CREAT|O_WRONLY|O_RDWR/.test(line)
    : CHANGING.some((each) => each === call);
}

/** So many of them, spread evenly. */
export function sampleOf<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, items.length / count);
  return items.filter(
    (_, index) => Math.floor(index / step) > Math.floor((index - 1) / step),
  );
}

import { readdirSync, readFileSync } from 'node:fs';

/** Mebibytes. */
interface Peak {
  /** Of this process. */
  readonly client: number;
  /** Of all that descends from it, together, at any one moment. */
  readonly host: number;
}

const INTERVAL_MS = 10;

/** Looks at what processes hold until it is stopped. */
export function watchMemory(): { stop(): Peak } {
  const known = new Set([process.pid]);
  let peak: Peak = { client: 0, host: 0 };
  const timer = setInterval(() => {
    const seen = look(known);
    peak = {
      client: Math.max(peak.client, seen.client),
      host: Math.max(peak.host, seen.host),
    };
  }, INTERVAL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

/** One that left its parent is still known; pids go up, so parents come first. */
function look(known: Set<number>): Peak {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  let host = 0;
  let client = 0;
  for (const pid of pids.toSorted((left, right) => left - right)) {
    const { parent, resident } = readStatus(pid);
    if (known.has(parent)) known.add(pid);
    if (pid === process.pid) client = resident;
    else if (known.has(pid)) host += resident;
  }
  return { client, host };
}

function readStatus(pid: number) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      parent: Number(/^PPid:\s+(\d+)/m.exec(text)?.[1]),
      resident: Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024,
    };
  } catch {
    // It ended in between.
    return { parent: -1, resident: 0 };
  }
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hashLine } from '../../../src/audit/line-hash.ts';
import { makeAuditPlatform } from '../audit-platform.ts';
import { readLog, verifyRemote } from '../audit-remote.ts';
import { runWork } from './run-work.ts';
import { append, type WorkEnd } from './works.ts';

export interface WritersTally {
  readonly acknowledged: number;
  readonly killed: number;
  /** Not killed and still not acknowledged: others always came first. */
  readonly refused: number;
  /** Entries of all writers that are on the remote. */
  readonly written: number;
  readonly seconds: number;
  /** What should not be; empty where all is well. */
  readonly problems: readonly string[];
}

/** How often a run that was killed is run again before it is let through. */
const MAX_KILLS = 3;

/**
 * Writers that append one entry after the other to one repository, each time
 * in a process of its own, of which a share is killed at any moment. Every
 * second one that was killed runs again, as a job that is started anew.
 */
export async function tryWriters(options: {
  readonly writers: number;
  readonly appends: number;
  /** Of the runs, from 0 to 1. */
  readonly killed: number;
}): Promise<WritersTally> {
  const platform = makeAuditPlatform();
  const { root, repository: address } = platform.remote;
  const path = process.env['PATH'] ?? '';
  const tally = { acknowledged: 0, killed: 0, refused: 0 };
  const ends = new Map<string, WorkEnd['acknowledged']>();
  const run = async (id: string, killAfter?: number) => {
    const own = join(root, `writer-${id}`);
    mkdirSync(own, { recursive: true });
    const place = { address, checkout: platform.checkout, root: own, id, path };
    const { acknowledged } = await runWork(append, { ...place, killAfter });
    if (acknowledged) ends.set(id, acknowledged);
    return acknowledged !== undefined;
  };
  const started = performance.now();
  const write = async (writer: number) => {
    for (let index = 0; index < options.appends; index += 1) {
      const id = `${writer}-${index}`;
      for (let kills = 0; ; kills += 1) {
        const dies = kills < MAX_KILLS && Math.random() < options.killed;
        // Runs of many writers at once take longer than one alone.
        const longest = 100 * options.writers;
        const killAfter = dies ? Math.ceil(Math.random() * longest) : undefined;
        if (await run(id, killAfter)) break;
        tally[dies ? 'killed' : 'refused'] += 1;
        if (!dies || (writer + index) % 2 === 0) break;
      }
    }
  };
  try {
    await Promise.all(
      Array.from({ length: options.writers }, (_, writer) => write(writer)),
    );
    const seconds = (performance.now() - started) / 1_000;
    const { written, problems } = await judge(platform, ends);
    return { ...tally, acknowledged: ends.size, written, seconds, problems };
  } finally {
    platform.remote.remove();
  }
}

async function judge(
  { remote }: ReturnType<typeof makeAuditPlatform>,
  ends: ReadonlyMap<string, WorkEnd['acknowledged']>,
) {
  const { verdict, detail } = await verifyRemote(remote, []);
  const problems =
    verdict === 'no-checkpoints' ? [] : [`${verdict} ${detail ?? ''}`];
  const lines = readLog(remote);
  const counts = new Map<string, number>();
  for (const line of lines.slice(1)) {
    const { id } = JSON.parse(line).run;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  for (const [id, count] of counts) {
    if (count > 1) problems.push(`${id} is there ${count} times`);
  }
  for (const [id, end] of ends) {
    const line = lines[end?.seq ?? -1] ?? '{}';
    const isThere =
      JSON.parse(line).run?.id === id && hashLine(`${line}\n`) === end?.hash;
    if (!isThere) problems.push(`${id} was acknowledged and is not there`);
  }
  return { written: lines.length - 1, problems };
}

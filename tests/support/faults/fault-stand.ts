import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hashLine } from '../../../src/audit/line-hash.ts';
import { type AuditPlatform, makeAuditPlatform } from '../audit-platform.ts';
import { readLog, verifyRemote } from '../audit-remote.ts';
import { startGitHttp } from '../git-http.ts';
import { plainGit, STATE_BRANCH } from '../state-remote.ts';
import { listStrikes, type StrikeList } from './list-strikes.ts';
import { runWork } from './run-work.ts';
import { installTracedPrograms, type Strike } from './traced-programs.ts';
import type { Work, WorkEnd } from './works.ts';

/** How one strike ended. */
export interface StrikeEnd {
  /** False where the run never made that call. */
  readonly reached: boolean;
  readonly acknowledged: boolean;
  /** The server was left with a lock, as by a machine that lost its power. */
  readonly locked: boolean;
  /** What should not be; empty where all is well. */
  readonly problems: readonly string[];
}

export interface FaultStand {
  /** Everything that may go wrong in one run of this work. */
  list(): Promise<StrikeList>;
  strike(strike: Strike): Promise<StrikeEnd>;
  /** What git finds wrong with the repository of the remote. */
  inspect(): string;
  close(): Promise<void>;
}

/** A remote with a log, and runs of one of our programs that are struck. */
export async function openFaultStand(
  work: Work,
  options: { readonly http?: boolean } = {},
): Promise<FaultStand> {
  const platform = makeAuditPlatform();
  const { root, repository } = platform.remote;
  const server = options.http ? await startGitHttp({ root }) : undefined;
  const address = server ? `${server.url}/platform.git` : repository;
  plainGit(platform.checkout, ['remote', 'set-url', 'origin', address]);
  const programs = installTracedPrograms(join(root, 'programs'));
  const run = (id: string, path: string) => {
    const place = { address, checkout: platform.checkout, root, id };
    return runWork(work, { ...place, path });
  };
  const clean = process.env['PATH'] ?? '';
  const traced = `${programs.bin}:${clean}`;
  const lock = join(repository, `refs/heads/${STATE_BRANCH}.lock`);
  let count = 0;
  const { said, acknowledged: isFirst } = await run('first', clean);
  if (isFirst === undefined) throw new Error(`nothing to strike: ${said}`);
  return {
    list: async () => {
      const record = () => run('recorded', traced).then(() => {});
      return listStrikes(await programs.record(record));
    },
    strike: async (strike) => {
      count += 1;
      const id = `struck-${count}`;
      let end: WorkEnd | undefined;
      const reached = await programs.strike(strike, async () => {
        end = await run(id, traced);
      });
      const problems = await judge(platform, work, { id, end, again: false });
      const locked = existsSync(lock);
      if (locked) rmSync(lock);
      const again = await run(id, clean);
      problems.push(
        ...(await judge(platform, work, { id, end: again, again: true })),
      );
      const acknowledged = end?.acknowledged !== undefined;
      return { reached, acknowledged, locked, problems };
    },
    inspect: () => plainGit(repository, ['fsck', '--strict', '--no-dangling']),
    close: async () => {
      await server?.close();
      platform.remote.remove();
    },
  };
}

/** What is wrong with the branch after a run, acknowledged or not. */
async function judge(
  { remote }: AuditPlatform,
  work: Work,
  run: {
    readonly id: string;
    readonly end?: WorkEnd | undefined;
    readonly again: boolean;
  },
): Promise<string[]> {
  const problems: string[] = [];
  const expect = (holds: boolean, what: string) => {
    if (!holds)
      problems.push(`${run.again ? 'again: ' : ''}${what}: ${run.end?.said}`);
  };
  const branch = `refs/heads/${STATE_BRANCH}`;
  const isThere = plainGit(remote.repository, ['for-each-ref', branch]) !== '';
  expect(isThere, 'the branch is gone');
  if (!isThere) return problems;
  const { verdict, detail } = await verifyRemote(remote, []);
  expect(verdict === 'no-checkpoints', `${verdict} ${detail ?? ''}`);
  const lines = readLog(remote);
  const mine = lines.filter((line) => JSON.parse(line).run.id === run.id);
  const acknowledged = run.end?.acknowledged;
  expect(mine.length <= 1, `written ${mine.length} times`);
  if (run.again) expect(acknowledged !== undefined, 'not acknowledged');
  if (acknowledged !== undefined) {
    const { seq, hash } = acknowledged;
    expect(mine.length === 1, 'acknowledged and not there');
    expect(mine[0] === lines[seq], 'not where it was said to be');
    expect(hashLine(`${lines[seq]}\n`) === hash, 'another hash than told');
  }
  for (const problem of work.inspect(remote, run.id, mine.length === 1)) {
    expect(false, problem);
  }
  return problems;
}

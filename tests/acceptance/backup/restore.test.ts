import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Receipt } from '../../../src/model/receipt.ts';
import type { CommandRun } from '../../support/command-line.ts';
import { runCommand } from '../../support/command-line.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import {
  hasPostgres,
  hasRedis,
  hasSqlite,
} from '../../support/engine-databases.ts';
import {
  openRestoreLane,
  REDIS_PASSWORD,
  type RestoreLane,
} from '../../support/restore-lane.ts';
import { hasSshd } from '../../support/sshd.ts';

let lane: RestoreLane;

const inFiles = (script: string) =>
  docker('exec', `${lane.project}-files-1`, 'sh', '-c', script);
const audit = async () => {
  const show = ['audit', 'show', '--kind', 'backup', '--json'] as const;
  const run = await runCommand(lane.platform, ...show);
  const { entries } = run.json() as { entries: { body: object }[] };
  return entries.map(({ body }) => body);
};
const verdictOf = (run: CommandRun) =>
  (
    run.json() as {
      verdict: {
        code: string;
        findings: { code: string }[];
        evidence: { receipt: Receipt };
      };
    }
  ).verdict;

/** Of every process but the server, whose operator gave it the password. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .filter((line) => line !== '' && !line.startsWith('redis-server'));
}

/** How each module is changed after its backup, and what it is then. */
const MODULES: readonly [string, object, () => void, () => string, string][] = [
  [
    'files',
    { files: 2 },
    () => inFiles('rm /data/one'),
    () => inFiles('ls /data'),
    'two',
  ],
  [
    'lite',
    { tables: 2, rows: 5 },
    () => lane.sqlite('delete from "odd""name"'),
    () => lane.sqlite('select count(*) from "odd""name"'),
    '0',
  ],
  [
    'redis',
    { keys: 3 },
    () => lane.redis('flushall'),
    () => lane.redis('dbsize'),
    '0',
  ],
  [
    'postgres',
    { tables: 1, rows: 1000 },
    () => lane.psql('delete from rows where n > 1'),
    () => lane.psql('select count(*) from rows'),
    '1',
  ],
];

describe.skipIf(
  !hasEngine || !hasSshd || !hasRedis || !hasPostgres || !hasSqlite,
)('apply-gates backup verify --restore', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    lane = await openRestoreLane();
    inFiles('echo 1 >/data/one; echo 2 >/data/two');
    lane.sqlite(
      'create table "odd""name" (a); insert into "odd""name" values (1), (2), (3); create table other as select 1 union all select 2',
    );
    lane.redis('mset', 'a', '1', 'b', '2', 'c', '3');
    lane.psql(
      'create table rows (id serial, n int); insert into rows (n) select generate_series(1, 1000)',
    );
  }, 180_000);
  afterAll(() => lane?.close());

  test.each(MODULES)(
    '%s: what the backup holds is there after it, and what runs is left as it is',
    async (module, counts, change, look, seen) => {
      const path = await lane.taken(module);
      expect(lane.receipt(path).verified_at).toBeNull();
      change();
      const before = lane.started();
      const run = await lane.backup('verify', path, '--restore');
      expect([verdictOf(run).code, run.exitCode]).toEqual([
        'backup/verified',
        0,
      ]);
      expect(verdictOf(run).evidence).toMatchObject({ restored: counts });
      const receipt = lane.receipt(path);
      expect(receipt.verified_at).toMatch(/^\d{4}-.*Z$/);
      expect(verdictOf(run).evidence.receipt).toEqual(receipt);
      expect((await audit()).at(-1)).toMatchObject({
        action: 'verified',
        module,
        host: 'demo',
        receipt: `${path}.receipt.json`,
        sha256: receipt.sha256,
        verified_at: receipt.verified_at,
      });
      expect([look(), lane.started()]).toEqual([seen, before]);
      expect(lane.leftovers()).toEqual([]);
      expect(`${run.stdout}${run.stderr}`).not.toContain(REDIS_PASSWORD);
    },
  );

  it('secrets never appear in the process list, in output or in the receipt', async () => {
    const set = ['config', 'set', 'repl-diskless-sync-delay'];
    lane.redis(...set, '60');
    const taking = lane.taken('redis');
    await expect
      .poll(() => lane.redis('info', 'replication'), { timeout: 40_000 })
      .toMatch(/connected_slaves:1/);
    const seen = commandLines();
    lane.redis(...set, '0');
    expect(seen.join('\n')).toContain('redis-cli');
    expect(seen.filter((line) => line.includes(REDIS_PASSWORD))).toEqual([]);
    const receipt = JSON.stringify(lane.receipt(await taking));
    expect(receipt).not.toContain(REDIS_PASSWORD);
  });

  it('without --restore the receipt keeps what it says of a rehearsal', async () => {
    const path = await lane.taken('files');
    const run = await lane.backup('verify', path);
    expect(verdictOf(run).code).toBe('backup/verified');
    expect(lane.receipt(path).verified_at).toBeNull();
  });

  it('one that restores to less than it held is refused, and not noted', async () => {
    const path = await lane.taken('redis');
    const receipt = { ...lane.receipt(path), counts: { keys: 7, expires: 0 } };
    writeFileSync(`${path}.receipt.json`, JSON.stringify(receipt));
    const before = await audit();
    const run = await lane.backup('verify', path, '--restore');
    const [problem] = verdictOf(run).findings;
    expect([problem?.code ?? verdictOf(run).code, run.exitCode]).toEqual([
      'backup/not-restorable',
      7,
    ]);
    expect(lane.receipt(path)).toEqual(receipt);
    expect(await audit()).toEqual(before);
    expect(lane.leftovers()).toEqual([]);
  });
});

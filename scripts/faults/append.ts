import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type FaultStand,
  openFaultStand,
} from '../../tests/support/faults/fault-stand.ts';
import { sampleOf } from '../../tests/support/faults/list-strikes.ts';
import type { Strike } from '../../tests/support/faults/traced-programs.ts';
import {
  append,
  bundlePersist,
  type Work,
} from '../../tests/support/faults/works.ts';
import { setup } from '../../tests/support/requirements.ts';

// Lets every system call of an append and of a persist fail, and ends the
// process at every one that changes something, one at a time: in the client,
// in each git that it starts, in the git of the server. Needs strace and dist/.
//   npx tsx scripts/faults/append.ts [most strikes at calls that only look, 300] [pattern of strikes, such as '^ls-tree']
const looks = Number(process.argv[2] ?? '300');
const pattern = new RegExp(process.argv[3] ?? '');
/** As many as one log should have for each of them to be read again. */
const PER_STAND = 60;

process.env['APPLY_GATES_REQUIRE'] = 'strace';
setup();
const folder = mkdtempSync(join(tmpdir(), 'apply-gates-faults-'));
let wrong = 0;
try {
  const persist = await bundlePersist(folder);
  await strikeAll('append', append, { http: false });
  await strikeAll('append over http', append, { http: true });
  await strikeAll('persist', persist, { http: false });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = wrong === 0 ? 0 : 1;

/** Over HTTP the server is another program's child: the client is struck. */
async function strikeAll(
  name: string,
  work: Work,
  options: { readonly http: boolean },
): Promise<void> {
  const stand = await openFaultStand(work, options);
  const { changing, looking } = await stand.list().finally(stand.close);
  const isWanted = ({ launch, call, fault }: Strike) =>
    pattern.test(`${launch} ${call} ${fault}`) &&
    (!options.http || /^(?:node|remote-http)\./.test(launch));
  const waiting = [
    ...changing.filter(isWanted),
    ...sampleOf(looking.filter(isWanted), looks),
  ];
  console.log(`\n${name}: ${waiting.length} strikes`);
  const counts = { unreached: 0, acknowledged: 0, locked: 0, wrong: 0 };
  const worker = async () => {
    for (;;) {
      const batch = waiting.splice(0, PER_STAND);
      if (batch.length === 0) return;
      const own = await openFaultStand(work, options);
      try {
        for (const strike of batch) await strikeOnce(own, strike, counts);
        own.inspect();
        console.log(`  ${waiting.length} wait, ${counts.wrong} wrong so far`);
      } finally {
        await own.close();
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  wrong += counts.wrong;
  console.log(
    `  ${counts.acknowledged} acknowledged all the same, ${counts.unreached} not reached, ${counts.locked} left a lock on the server, ${counts.wrong} wrong`,
  );
}

async function strikeOnce(
  stand: FaultStand,
  strike: Strike,
  counts: {
    unreached: number;
    acknowledged: number;
    locked: number;
    wrong: number;
  },
): Promise<void> {
  const started = performance.now();
  const end = await stand.strike(strike);
  counts.unreached += end.reached ? 0 : 1;
  counts.acknowledged += end.acknowledged ? 1 : 0;
  counts.locked += end.locked ? 1 : 0;
  counts.wrong += end.problems.length === 0 ? 0 : 1;
  const { launch, call, nth, fault } = strike;
  const seconds = (performance.now() - started) / 1_000;
  if (process.env['FAULTS_VERBOSE'])
    console.log(
      `  ${launch} ${call} ${nth} ${fault} ${seconds.toFixed(1)} s ${end.reached} ${end.acknowledged} ${end.locked}`,
    );
  for (const problem of end.problems) {
    console.log(`  ${launch} ${call} ${nth} ${fault}: ${problem}`);
  }
}

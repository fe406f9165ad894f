import { tryWriters } from '../../tests/support/faults/writers.ts';

// Writers on one repository, of which a share is killed at any moment: every
// acknowledged append is there exactly once, no number is missing. Needs dist/.
//   npx tsx scripts/faults/writers.ts [writers, 20] [appends each, 20]
const writers = Number(process.argv[2] ?? '20');
const appends = Number(process.argv[3] ?? '20');

const tally = await tryWriters({ writers, appends, killed: 0.35 });
const rate = tally.acknowledged / tally.seconds;
console.log(
  `${writers} writers, ${appends} appends each: ${tally.acknowledged} acknowledged, ${tally.killed} runs killed, ${tally.refused} gave up, ${tally.written} entries, ${rate.toFixed(1)} a second`,
);
for (const problem of tally.problems) console.log(`  ${problem}`);
process.exitCode = tally.problems.length === 0 ? 0 : 1;

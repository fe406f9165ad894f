import { contend } from '../../tests/support/leases/contend.ts';
import { setup } from '../../tests/support/requirements.ts';

// Lanes for two hosts over ssh, killed, stopped beyond their lease, with clocks
// an hour off and pushes whose answer gets lost; what became of it is held to a
// model (tests/support/leases/judge-history.ts). Needs sshd.
//   npx tsx scripts/faults/leases.ts [lanes at once, 20] [seconds, 240] [lease in seconds, 20]
const [contenders = 20, seconds = 240, leaseSeconds = 20] = process.argv
  .slice(2)
  .map(Number);

/** Somebody looks every 30 seconds at least, and all may be stopped at once. */
const STUCK_SECONDS = 90;

process.env['APPLY_GATES_REQUIRE'] = 'sshd';
setup();
const tally = await contend({
  ...{ contenders, seconds, leaseSeconds },
  ...{ struck: 0.5, lost: 0.1 },
});
console.log(
  `${contenders} lanes at once for ${tally.seconds.toFixed(0)} s, leases of ${leaseSeconds} s: ${tally.killed} killed, ${tally.stopped} stopped beyond their lease`,
);
for (const [host, figures] of Object.entries(tally.hosts)) {
  const { taken, overtaken, changes, overdue } = figures;
  console.log(
    `${host}: ${taken} leases, ${overtaken} of them overtaken, ${changes} changes; a silent one stood ${overdue.toFixed(1)} s beyond its length at most`,
  );
}
for (const [code, count] of Object.entries(tally.codes).sort()) {
  console.log(`  ${count} ${code}`);
}
const problems = [...tally.problems];
for (const [host, { overdue }] of Object.entries(tally.hosts)) {
  if (overdue > STUCK_SECONDS) problems.push(`${host}: a lease was stuck`);
}
for (const problem of problems) console.log(`WRONG ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

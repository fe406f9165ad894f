import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Agent, request } from 'undici';
import {
  type ApprovalStand,
  openApprovalStand,
  type VerifyOptions,
} from '../../tests/support/approval-stand.ts';
import { pushEvent } from '../../tests/support/step-run.ts';
import { openSlowWay, type SlowWay } from './slow-way.ts';

// One verification against a forge on this machine that is 1 ms and 100 ms
// away, as a multiple of one round trip to it; and what a further millisecond
// of distance costs, which is how many requests wait for each other. Medians
// of interleaved rounds. API and git are counted apart.
const rounds = Number(process.argv[2] ?? '7');
const DISTANCES_MS = [1, 100] as const;
const COMMITS = 20;
const APPROVAL = 'min_approvals: 1, require_checks: [build]';

type Verify = (options: VerifyOptions) => Promise<{ exitStatus: number }>;

const stand = await openApprovalStand({ approval: APPROVAL });
const { remote } = stand.platform;
const agent = new Agent();
const ways = await Promise.all(
  DISTANCES_MS.map((ms) => openSlowWay(stand.forge.url, ms)),
);
try {
  console.log(`node ${process.version}, medians of ${rounds} rounds`);
  stand.pulls.adopt();
  const before = stand.platform.git('rev-parse', 'HEAD');
  let last = 0;
  for (let index = 0; index < COMMITS; index += 1) last = bring(index);
  const { head } = stand.pulls.of(last);
  const after = stand.platform.git('rev-parse', 'HEAD');
  const event = pushEvent(before, after);
  const verifications: Readonly<Record<string, Verify>> = {
    [`a push with ${COMMITS} commits before it`]: (options) =>
      stand.verify({}, { event, ...options }),
    'the head of a pull request, by hand': (options) =>
      stand.verify({ sha: head }, options),
  };
  for (const flavour of ['forgejo', 'github'] as const) {
    for (const [name, verify] of Object.entries(verifications)) {
      await measure(`${flavour}: ${name}`, (options) =>
        verify({ flavour, ...options }),
      );
    }
  }
} finally {
  await agent.close();
  for (const way of ways) way.close();
  await stand.close();
}

/** A pull request of one commit, approved, checked and merged. */
function bring(index: number): number {
  const { api, pulls } = stand;
  const number = pulls.open([{ 'modules/web/content': `${index}\n` }]);
  const { head } = pulls.of(number);
  api.state.statuses.set(head, new Map([['build', 'success']]));
  const review = { login: 'cyd', state: 'APPROVED', commit: head };
  pulls.change(number, { reviews: [review] });
  pulls.merge(number, 'squash');
  return number;
}

async function measure(name: string, verify: Verify): Promise<void> {
  const spent = ways.map((): number[] => []);
  const trips = ways.map((): number[] => []);
  const counted = { api: 0, all: 0 };
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, way] of ways.entries()) {
      // The server has closed what was open since the round before.
      await askOnce(way);
      const trip = await timed(() => askOnce(way));
      // As a job has it: no commit of a pull request that became another one.
      const workspace = join(stand.platform.root, 'workspace');
      rmSync(workspace, { recursive: true, force: true });
      stand.platform.git('clone', '-q', `file://${remote}`, workspace);
      const from = countRequests(stand);
      const whole = await timed(async () => {
        const { exitStatus } = await verify({ url: way.url, workspace });
        if (exitStatus !== 0) throw new Error(`${name}: exit ${exitStatus}`);
      });
      const to = countRequests(stand);
      Object.assign(counted, {
        api: to.api - from.api,
        all: to.all - from.all,
      });
      // The first round warms what there is to warm.
      if (round === 0) continue;
      trips[index]?.push(trip);
      spent[index]?.push(whole);
    }
  }
  const { api, all } = counted;
  console.log(`\n${name}: ${api} requests to the API, ${all - api} of git`);
  for (const [index, ms] of DISTANCES_MS.entries()) {
    const [whole, trip] = [median(spent[index]), median(trips[index])];
    console.log(
      `${(whole / trip).toFixed(1).padStart(9)} x  ${whole.toFixed(0)} ms where a round trip takes ${trip.toFixed(1)} ms (${ms} ms away)`,
    );
  }
  const [near, far] = spent.map(median);
  const apart = DISTANCES_MS[1] - DISTANCES_MS[0];
  const after = (Number(far) - Number(near)) / apart;
  console.log(`  ${after.toFixed(1)} round trips one after the other`);
}

function countRequests({ api, forge }: ApprovalStand) {
  return { api: api.requests.length, all: forge.requests.length };
}

async function askOnce({ url }: SlowWay): Promise<void> {
  const { body } = await request(`${url}/api/v1/version`, {
    dispatcher: agent,
  });
  await body.dump();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(values: readonly number[] | undefined): number {
  const sorted = (values ?? []).toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

import {
  type Finding,
  passVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { openRepositoryAudit } from '../../repository/repository-audit.ts';
import { openStateAt } from '../../repository/state-place.ts';
import { readSubject } from '../../repository/subject.ts';
import { asConvergence } from '../as-convergence.ts';
import { describeRun } from '../describe-run.ts';
import type { Ports, RawInputs, Step, StepOutcome } from '../step.ts';
import { type ClosedAttempts, closeAttempts } from './close-attempts.ts';
import { findDrift } from './find-drift.ts';
import { findLagging } from './find-lagging.ts';
import { parseReconcileInputs } from './inputs.ts';
import type { ReconcileWork } from './reconcile-work.ts';
import { tellNews } from './tell-news.ts';
import { type WrittenDown, writeDown } from './write-down.ts';

const NAME = 'reconcile';

/**
 * Closes what runs left behind, finds out what lags behind head and what was
 * changed on hosts, and claims for this job what may be brought up to date.
 */
export const reconcileStep: Step = {
  name: NAME,
  inputs: {
    drift: 'true',
    'dry-run': 'false',
    'ntfy-url': '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'ssh-key': '',
    'ssh-key-file': '',
    'state-ssh-key': '',
  },
  outputs: ['modules', 'told', 'closed', 'freed'],
  run: async (raw, given) => {
    const inputs = parseReconcileInputs(raw);
    const ports = asConvergence(given);
    const subject = await readSubject(ports, inputs);
    const state = await openStateAt(ports, subject, inputs);
    try {
      const secrets = [inputs.token, inputs.sshKey, inputs.stateSshKey];
      const log = openRepositoryAudit(ports, state, secrets);
      const by = describeRun(ports, subject.policy);
      const { store } = state;
      const work = { inputs, subject, store, log, by };
      return await reconcile(work, raw, ports);
    } finally {
      state.close();
    }
  },
};

async function reconcile(
  work: ReconcileWork,
  raw: RawInputs,
  ports: Ports,
): Promise<StepOutcome> {
  const { inputs, subject } = work;
  const closed = await closeAttempts(work, ports);
  const behind = await findLagging(work, closed.open, { raw, ports });
  const about = { gate: NAME, sha: subject.head };
  if (behind.superseded) {
    const reason = `${subject.head} is no longer the tip of the default branch: the next run looks at what is`;
    const verdict = passVerdict(about, 'scope/superseded', reason, {
      findings: closed.events,
    });
    return report(verdict, closed, closed.events);
  }
  const drift = inputs.drift
    ? await findDrift(work, behind.lagging, ports)
    : [];
  const written = await writeDown(
    work,
    {
      wanted: behind.wanted,
      things: [...closed.things, ...behind.things, ...drift],
      looked: [
        'attempt',
        'lease',
        'lag',
        ...(inputs.drift ? ['host' as const] : []),
      ],
    },
    ports,
  );
  const news = [...closed.events, ...written.news];
  await tellNews(news, inputs, ports);
  return report(judge(about.sha, written, news), closed, news);
}

function judge(
  sha: string,
  { claim, known }: WrittenDown,
  news: readonly Finding[],
): Verdict {
  const about = { gate: NAME, sha };
  const told = `${news.length} new to tell, ${known} told before`;
  const details = { findings: news, evidence: { told_before: known } };
  switch (claim.kind) {
    case 'claim': {
      const { modules } = claim.claim;
      const reason = `To be brought up to date: ${modules.join(', ')}; ${told}`;
      return passVerdict(about, 'reconcile/claimed', reason, {
        ...details,
        modules,
      });
    }
    case 'lost': {
      const { run } = claim.to;
      const reason = `The run ${run.url || run.id} brings the modules up to date; ${told}`;
      return passVerdict(about, 'reconcile/claimed-elsewhere', reason, details);
    }
    case 'nothing': {
      const code =
        news.length > 0 ? 'reconcile/told' : 'reconcile/nothing-to-do';
      const reason = `Nothing is to be brought up to date; ${told}`;
      return passVerdict(about, code, reason, details);
    }
  }
}

function report(
  verdict: Verdict,
  { closed, freed }: ClosedAttempts,
  news: readonly Finding[],
): StepOutcome {
  const told = news.map(({ module, code, reason }) => ({
    ...{ module: module ?? null, code, reason },
  }));
  return {
    verdict,
    outputs: {
      modules: JSON.stringify(verdict.modules),
      told: JSON.stringify(told),
      closed: JSON.stringify(closed),
      freed: JSON.stringify(freed),
    },
    warning: news.length > 0,
  };
}

import { readPast } from '../../drivers/read-past.ts';
import { chooseTarget } from '../../gates/rollback/choose-target.ts';
import {
  decideRollback,
  judgeRollbackPlea,
} from '../../gates/rollback/decide-rollback.ts';
import { InputError } from '../../model/errors.ts';
import { ROLLBACK_GATE } from '../../model/rollback.ts';
import { refuseVerdict, type Verdict } from '../../model/verdict.ts';
import { readManifestsAt } from '../../repository/manifests.ts';
import { readModuleSources } from '../../repository/module-sources.ts';
import { openStateAt } from '../../repository/state-place.ts';
import { readSubject, type Subject } from '../../repository/subject.ts';
import { isByHand } from '../is-by-hand.ts';
import { openModuleHosts } from '../open-module-hosts.ts';
import { readGround, readPlace } from '../read-place.ts';
import type { Ports, Step } from '../step.ts';
import {
  parseRollbackTargetInputs,
  type RollbackTargetInputs,
} from './inputs.ts';
import { readGoodCommits } from './read-good-commits.ts';

/** Finds the release that a person goes back to, and whether they may. */
export const rollbackTargetStep: Step = {
  name: ROLLBACK_GATE,
  inputs: {
    modules: '',
    to: '',
    reason: '',
    'dry-run': 'false',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'ssh-key': '',
    'ssh-key-file': '',
    'state-ssh-key': '',
  },
  outputs: ['sha', 'from', 'going'],
  run: async (raw, ports) => {
    const inputs = parseRollbackTargetInputs(raw);
    const subject = await readSubject(ports, inputs);
    const verdict = await judge(subject, inputs, ports);
    const passed = verdict.decision === 'pass';
    const { from = '' } = Object(verdict.evidence['rollback']);
    return {
      verdict,
      outputs: {
        sha: passed ? verdict.sha : '',
        from: String(from),
        going: JSON.stringify(inputs.dryRun ? [] : verdict.modules),
      },
      warning: passed,
    };
  },
};

async function judge(
  subject: Subject,
  inputs: RollbackTargetInputs,
  ports: Ports,
): Promise<Verdict> {
  const about = { gate: ROLLBACK_GATE, sha: subject.head };
  const [module, ...others] = inputs.modules;
  if (module === undefined || others.length > 0) {
    throw new InputError('modules', JSON.stringify(inputs.modules), 'one id');
  }
  const plea = {
    actor: ports.context.actor,
    byHand: isByHand(ports, subject.policy),
    reason: inputs.reason,
  };
  const [first, ...more] = judgeRollbackPlea(plea);
  if (first) return refuseVerdict(about, [first, ...more]);
  const sources = await readModuleSources(subject, [module]);
  if (!sources.ok) return refuseVerdict(about, sources.findings);
  const [source] = sources.sources;
  if (!source) throw new TypeError(`no source of ${module}`);
  const { host } = source.manifest;
  const ground = await readGround(subject, inputs, ports);
  const target = chooseTarget({
    ...{ module, host, asked: inputs.to },
    ...(await readPastOf(subject, source, inputs, ports)),
    logged: await readLogged(subject, module, inputs, ports),
    line: await readLine(subject, ground.record.remoteHeads),
  });
  if ('code' in target) return refuseVerdict(about, [target]);
  const { from, to } = target;
  const place = await readPlace(subject, to, ground);
  const [live, then] = await readManifestsAt(
    subject.repository,
    subject.policy.modules_dir,
    [from, to].map((commit) => ({ commit, id: module })),
  );
  return decideRollback({
    ...{ plea, module, host, from, place },
    live: live?.ok ? live.value : undefined,
    target: then?.ok ? then.value : undefined,
  });
}

async function readPastOf(
  subject: Subject,
  source: Parameters<Awaited<ReturnType<typeof openModuleHosts>>['of']>[0],
  inputs: RollbackTargetInputs,
  ports: Ports,
) {
  const request = { subject, sources: [source], inputs };
  const hosts = await openModuleHosts(request, ports);
  try {
    const { id: module, manifest } = source;
    return await readPast(hosts.of(source), { module, manifest });
  } finally {
    await hosts.close();
  }
}

async function readLogged(
  subject: Subject,
  module: string,
  inputs: RollbackTargetInputs,
  ports: Ports,
): Promise<ReadonlySet<string>> {
  const state = await openStateAt(ports, subject, inputs);
  try {
    return await readGoodCommits(await state.store.fetch(), module);
  } finally {
    state.close();
  }
}

/** The first-parent line of the default branch as the remote has it. */
async function readLine(
  { event, repository }: Subject,
  remoteHeads: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const tip = remoteHeads.get(`refs/heads/${event.defaultBranch}`);
  if (tip === undefined) return [];
  const listed = await repository.run(['rev-list', '--first-parent', tip]);
  return listed.exitCode === 0
    ? listed.stdout.toString('utf8').trimEnd().split('\n')
    : [];
}

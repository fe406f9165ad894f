import { readAcknowledged } from '../../host/acknowledgement.ts';
import { packRelease } from '../../host/pack-release.ts';
import { seenFence } from '../../host/seen-fence.ts';
import type { Plan } from '../../model/plan.ts';
import { planDigest } from '../../model/plan-digest.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { outputLines } from '../attempt/attempt-record.ts';
import type { PlanRequest, PlanResult } from '../driver.ts';
import { problemOf } from '../host-problem.ts';
import { checkModel } from './access/check-model.ts';
import { decideChanges } from './changes/decide-changes.ts';
import { ownServices } from './changes/own-services.ts';
import { checkProject } from './check-project.ts';
import { composeFields, planTimeoutMs } from './compose-request.ts';
import { type ComposeSubject, composeSubject } from './compose-subject.ts';
import { type ComposeFacts, parseFacts } from './facts/facts.ts';
import type { Observed } from './observed.ts';
import { checkFiles } from './source/check-files.ts';
import { findUnsetVariables, unresolvedFinding } from './unresolved-project.ts';

type Fields = ReadonlyMap<string, Buffer>;

/**
 * Judges the files, lets the host resolve them and look at what runs, and
 * decides from what it found. Nothing on the host is changed.
 */
export async function planCompose(request: PlanRequest): Promise<PlanResult> {
  const { host, release } = request;
  const subject = composeSubject(request);
  const files = await release.files();
  const [first, ...others] = checkFiles(subject, files);
  if (first) return refused([first, ...others]);
  const packed = await packRelease({ ...release, files: async () => files });
  if (packed.kind === 'refused') return refused([packed.refusal]);
  const reply = await host.perform({
    fields: {
      op: 'plan',
      body_sha256: packed.sha256,
      body_size: String(packed.archive.length),
      ...composeFields(host, release),
    },
    body: packed.archive,
    timeoutMs: planTimeoutMs(),
  });
  if (reply.kind === 'lost') return refused([reply.finding]);
  const problem = problemOf(reply.fields, host, release);
  if (problem) return refused([problem]);
  const tracked = files.map(({ path }) => path);
  return judge(request, subject, tracked, reply.fields);
}

/** What the answer of the host means. */
function judge(
  request: PlanRequest,
  subject: ComposeSubject,
  tracked: readonly string[],
  fields: Fields,
): PlanResult {
  const { host } = request;
  const parsed = parseFacts(fields);
  if (parsed.kind === 'malformed') {
    return refused([nonsense(subject, parsed.why)]);
  }
  if (parsed.kind === 'unresolved') {
    const { stderr } = parsed;
    return refused(
      [unresolvedFinding(stderr, subject, host)],
      outputLines(stderr, host),
    );
  }
  const { facts } = parsed;
  if (facts.model.name.value !== subject.settings.project) {
    return refused([nonsense(subject, 'another project')]);
  }
  const output = outputLines(facts.stderr, host);
  const [first, ...others] = [
    ...findUnsetVariables(facts.stderr, subject, host),
    ...checkProject(facts, subject, host),
    ...checkModel(facts.model, subject, tracked),
  ];
  if (first) return refused([first, ...others], output);
  const plan = draftPlan(request, subject, facts);
  return {
    kind: 'planned',
    plan: { ...plan, digest: planDigest(plan) },
    fence: seenFence(fields),
    acknowledged: readAcknowledged(fields),
    output,
  };
}

function draftPlan(
  { createdAt, host, release }: PlanRequest,
  subject: ComposeSubject,
  facts: ComposeFacts,
): Omit<Plan, 'digest'> {
  const changes = decideChanges(facts, subject);
  const inSync = changes.length === 0;
  // Its link to the live release is still to be made.
  const unlinked = !['', 'linked'].includes(facts.directory);
  const isNew = facts.live === null || facts.directory === 'folder';
  return {
    schema: 1,
    module: release.module,
    source_sha: release.sha,
    tree: release.tree,
    created_at: createdAt,
    driver: 'compose',
    host: host.name,
    exit_code: inSync ? 0 : 1,
    changes,
    expected: expectedOf(facts, subject),
    observed: observedOf(facts, subject),
    health: facts.health,
    release_update: inSync && (facts.live !== release.tree || unlinked),
    adopted: inSync && isNew,
  };
}

function expectedOf(facts: ComposeFacts, subject: ComposeSubject) {
  const services = ownServices(facts.model, subject).map(
    ({ name }) =>
      [
        name,
        {
          config: facts.hashes.get(name) ?? '',
          image: facts.images.get(name) || null,
        },
      ] as const,
  );
  return Object.fromEntries(services);
}

/** What runs of the services that the plan is about. */
function observedOf(facts: ComposeFacts, subject: ComposeSubject): Observed {
  const services = ownServices(facts.model, subject).flatMap(({ name }) => {
    const [first] = facts.containers
      .filter((each) => each.service === name && !each.oneoff && !each.halfMade)
      .sort((left, right) => left.number - right.number);
    if (!first) return [];
    const { config, image, state } = first;
    return [[name, { config, image, state }] as const];
  });
  return {
    release: facts.live,
    sha: facts.live_sha,
    compose: facts.compose,
    services: Object.fromEntries(services),
    facts: facts.sum,
  };
}

function nonsense({ host, module }: ComposeSubject, why: string): Finding {
  const reason = `${module} on ${host}: the answer to a plan cannot be read (${why})`;
  return finding('host/nonsense', reason, { module });
}

function refused(
  [refusal, ...others]: readonly [Finding, ...Finding[]],
  output: readonly string[] = [],
): PlanResult {
  return { kind: 'refused', refusal, others, output };
}

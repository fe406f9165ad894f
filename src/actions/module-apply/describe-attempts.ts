import type { Attempt } from '../../apply/attempt.ts';
import {
  findApprovals,
  findBreakGlass,
  findNewestApproved,
} from '../../apply/find-approvals.ts';
import { attemptName } from '../../drivers/attempt/attempt-name.ts';
import type { Verdict } from '../../model/verdict.ts';
import { readAuthors } from '../../repository/commit-authors.ts';
import type { Subject } from '../../repository/subject.ts';
import { describeRun } from '../describe-run.ts';
import type { Ports } from '../step.ts';
import type { Announcement, PlannedAttempt } from './announcement.ts';
import type { ReadyModule } from './check-before-apply.ts';

/** What is going to be done, and who wants it, for the record. */
export async function describeAttempts(
  { subject, verdicts }: Described,
  modules: readonly ReadyModule[],
  ports: Ports,
): Promise<Omit<Announcement, 'reconciled'>> {
  const attempts: PlannedAttempt[] = [];
  const glass = findBreakGlass(verdicts);
  for (const module of modules) {
    const { id, entries } = module.source;
    const since = module.status?.last_apply_sha ?? subject.base;
    const range = { since, head: subject.head };
    const paths = entries.map(({ path }) => path);
    const authors = await readAuthors(subject.repository, range, paths);
    const approvals = findApprovals(verdicts, id);
    const approved = findNewestApproved(verdicts, id);
    const attempt = {
      ...describeAttempt(subject, module, ports),
      ...(approved && { approved }),
      ...(glass && { breakGlassReason: glass.reason }),
      ...(subject.rollback && { rollback: subject.rollback }),
    };
    const origin = { authors, approvals };
    attempts.push({ attempt, plan: module.plan, origin });
  }
  const gates = verdicts.map(({ gate, code }) => [gate, code] as const);
  return {
    attempts,
    by: describeRun(ports, subject.policy),
    gates: Object.fromEntries(gates),
  };
}

interface Described {
  readonly subject: Subject;
  readonly verdicts: readonly Verdict[];
}

function describeAttempt(
  subject: Subject,
  { source, tree, plan, status }: ReadyModule,
  { context }: Ports,
): Attempt {
  return {
    module: source.id,
    host: source.manifest.host,
    sha: subject.head,
    tree,
    planDigest: plan.digest,
    record: attemptName(context.identity, plan),
    actor: context.actor,
    run: context.identity,
    fence: null,
    previous: status,
  };
}

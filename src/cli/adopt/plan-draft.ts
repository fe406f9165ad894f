import { planModules } from '../../actions/plan-modules.ts';
import { openAdminHost } from '../../adapters/transport/admin-host.ts';
import { explainChanges } from '../../drivers/compose/adopt/explain-changes.ts';
import type { Plan } from '../../model/plan.ts';
import { DEFAULT_POLICY_PATH } from '../../model/policy-defaults.ts';
import type { Finding } from '../../model/verdict.ts';
import { makeRedactor } from '../../redaction/redactor.ts';
import { readModuleSources } from '../../repository/module-sources.ts';
import { readSubject } from '../../repository/subject.ts';
import type { AdminRun } from '../admin-run.ts';
import type { DraftFile } from '../draft-files.ts';
import { openLocalRun } from '../local-run.ts';
import type { Terminal } from '../terminal.ts';
import type { AdoptOptions } from './adopt-options.ts';
import { commitDraft } from './commit-draft.ts';

/** A plan of a draft; whatever keeps it from being in sync is a finding. */
export interface DraftPlan {
  readonly findings: readonly Finding[];
  readonly plan: Plan | null;
}

/** Plans a draft as if it were committed, with what plans for every lane. */
export async function planDraft(
  draft: { readonly module: string; readonly files: readonly DraftFile[] },
  options: AdoptOptions,
  { access, host, subject: { repository } }: AdminRun,
  terminal: Terminal,
): Promise<DraftPlan> {
  const head = await commitDraft(repository, draft.files);
  const request = { ...options, head, event: 'workflow_dispatch' as const };
  const run = await openLocalRun(request, terminal);
  try {
    const subject = await readSubject(run.ports, {
      workingDirectory: '.',
      policyPath: options.policy ?? DEFAULT_POLICY_PATH,
    });
    const read = await readModuleSources(subject, [draft.module]);
    if (!read.ok) return { findings: read.findings, plan: null };
    const session = openAdminHost(access, {
      ...{ name: options.host, policy: host },
      redact: makeRedactor([]).redact,
    });
    const hosts = { of: () => session };
    const work = { subject, sources: read.sources, hosts };
    const [made] = await planModules(work, run.ports);
    if (made?.kind !== 'planned') {
      return { findings: made?.findings ?? [], plan: null };
    }
    return { findings: explainChanges(made.plan), plan: made.plan };
  } finally {
    run.close();
  }
}

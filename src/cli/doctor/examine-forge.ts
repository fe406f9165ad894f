import type { Ports } from '../../actions/step.ts';
import { readForgeSettings } from '../../adapters/forge/forge-settings.ts';
import { openForgeClient } from '../../adapters/forge/open-forge.ts';
import { findSecretJobs } from '../../doctor/find-secret-jobs.ts';
import { type DoctorFinding, unknown } from '../../doctor/finding.ts';
import { judgeBoundary } from '../../doctor/judge-boundary.ts';
import { judgeForge } from '../../doctor/judge-forge.ts';
import type { WorkflowSource } from '../../lint/lint-workflows.ts';
import { forgesOf } from '../../lint/workflow-files.ts';
import { ActionError } from '../../model/errors.ts';
import type { LocalForge } from '../local-forge.ts';

interface ForgeQuestion {
  readonly forge: LocalForge;
  readonly workflows: readonly WorkflowSource[];
  readonly defaultBranch: string;
  readonly stateBranch: string;
  readonly timeLeft: () => number;
}

/** Asks the forge how the repository is set up there; it is only asked. */
export async function examineForge(
  question: ForgeQuestion,
  { clock, context }: Ports,
): Promise<DoctorFinding[]> {
  const { forge, defaultBranch, stateBranch, timeLeft } = question;
  try {
    const limits = { totalMs: timeLeft(), requestMs: timeLeft(), attempts: 2 };
    const client = openForgeClient({
      ...{ clock, limits, apiUrl: forge.apiUrl, token: forge.token },
      context: { ...context, repository: forge.repository },
    });
    const { flavour } = client;
    const jobs = findSecretJobs(
      question.workflows.filter(({ file }) => forgesOf(file)[flavour]),
    );
    const named = jobs.flatMap(({ environment }) => environment ?? []);
    const settings = await readForgeSettings(client, {
      ...{ defaultBranch, stateBranch },
      environments: flavour === 'github' ? [...new Set(named)] : [],
    });
    return [
      ...judgeForge(settings, { defaultBranch, stateBranch }),
      judgeBoundary({ ...settings, jobs, branch: defaultBranch }),
    ];
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return [
      unknown('forge', 'forge', error.message),
      unknown('boundary', 'forge', 'the forge could not be asked'),
    ];
  }
}

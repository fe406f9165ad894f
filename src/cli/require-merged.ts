import { systemExec } from '../adapters/exec.ts';
import { openRepository } from '../adapters/git.ts';
import { ActionError } from '../model/errors.ts';
import { isAncestor, readDefaultTip } from '../repository/history.ts';
import type { LocalRun } from './local-run.ts';

/**
 * Refuses a commit that nobody merged, whoever asks for it. What the default
 * branch holds is what was last fetched from `origin`; a repository without
 * one speaks for itself.
 */
export async function requireMerged(run: LocalRun): Promise<void> {
  if (run.event.name === 'other') return;
  const { defaultBranch } = run.event;
  const repository = openRepository(systemExec, run.repo);
  const tip = await readDefaultTip(repository, defaultBranch);
  if (tip !== undefined && (await isAncestor(repository, run.head, tip))) {
    return;
  }
  throw new ActionError(
    'scope/wrong-ref',
    `${run.head} is not on the default branch ${defaultBranch}`,
    {
      remedy: `Merge it, then run: git fetch origin ${defaultBranch}`,
      evidence: { head: run.head, tip: tip ?? null },
    },
  );
}

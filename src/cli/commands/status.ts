import { ActionError } from '../../model/errors.ts';
import { DEFAULT_POLICY_PATH } from '../../model/policy-defaults.ts';
import type { Status } from '../../model/status.ts';
import { readPolicy } from '../../repository/read-policy.ts';
import { openRepositoryState } from '../../repository/repository-state.ts';
import { openWorkingDirectory } from '../../repository/subject.ts';
import { readStatus, readStatuses } from '../../state/status-store.ts';
import { describeHolds, formatHold, type Hold } from '../describe-holds.ts';
import { type LocalRun, openLocalRun } from '../local-run.ts';
import type { Terminal } from '../terminal.ts';
import type { RepositoryOptions } from './options.ts';

/** Shows what the state branch says about one module, or all of them. */
export function status(module: string | undefined, options: RepositoryOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const run = await openLocalRun(
      { ...options, event: 'workflow_dispatch' },
      terminal,
    );
    try {
      const { shown, holds } = await fetchStatuses(run, module, options);
      if (module !== undefined && shown.length === 0) {
        throw new ActionError(
          'scope/unknown-module',
          `${module}: the state branch knows no such module`,
          { remedy: 'Leave the module out to see every module it knows.' },
        );
      }
      for (const each of shown) terminal.line(formatStatus(each));
      if (shown.length === 0) terminal.line('Nothing was applied yet.');
      for (const each of holds) terminal.line(formatHold(each));
      terminal.document({ modules: shown, holds });
      return 0;
    } finally {
      run.close();
    }
  };
}

async function fetchStatuses(
  run: LocalRun,
  module: string | undefined,
  options: RepositoryOptions,
): Promise<{ readonly shown: Status[]; readonly holds: readonly Hold[] }> {
  const repository = openWorkingDirectory(run.ports, '.');
  const path = options.policy ?? DEFAULT_POLICY_PATH;
  const policy = await readPolicy(repository, run.head, path);
  const { store, close } = await openRepositoryState(run.ports, {
    repository,
    branch: policy.state.branch,
  });
  try {
    const snapshot = await store.fetch();
    const holds = await describeHolds(snapshot, run.ports.clock.now());
    if (module === undefined) {
      const shown = [...(await readStatuses(snapshot)).values()];
      return { shown, holds };
    }
    const found = await readStatus(snapshot, module);
    return { shown: found ? [found] : [], holds };
  } finally {
    close();
  }
}

function formatStatus(each: Status): string {
  const live = each.last_apply_sha?.slice(0, 12) ?? 'nothing';
  const from =
    each.last_apply_pr === null ? '' : ` from PR #${each.last_apply_pr}`;
  return [
    `${each.module}: ${each.last_apply_result}, ${each.health}`,
    `${live}${from} on ${each.last_apply_host}`,
    `${each.last_apply_at} by ${each.last_apply_actor} (run ${each.run.url || each.run.id})`,
  ].join(' · ');
}

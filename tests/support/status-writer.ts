import type { Status } from '../../src/model/status.ts';
import { openRepositoryState } from '../../src/repository/repository-state.ts';
import { openWorkingDirectory } from '../../src/repository/subject.ts';
import { renderStatuses } from '../../src/state/status-store.ts';
import { readStatusOf } from './lane-run.ts';
import type { Platform } from './platform.ts';
import { makeStepRun, pushEvent } from './step-run.ts';

/** Changes the status of a module as somebody's run might have left it. */
export async function changeStatus(
  platform: Platform,
  module: string,
  change: Partial<Status>,
): Promise<void> {
  const status = readStatusOf(platform, module);
  if (!status) throw new Error(`${module} has no status`);
  const files = renderStatuses([{ ...status, ...change }]);
  await changeState(platform, Object.fromEntries(files));
}

/** Changes files of the state branch; null removes one. */
export async function changeState(
  platform: Platform,
  change: Readonly<Record<string, string | null>>,
): Promise<void> {
  const head = platform.git('rev-parse', 'HEAD');
  const { ports } = makeStepRun(platform, pushEvent(head, head));
  const { store, close } = await openRepositoryState(ports, {
    repository: openWorkingDirectory(ports, '.'),
    branch: 'platform-state',
  });
  try {
    const files = new Map(Object.entries(change));
    await store.commit({ message: 'test', update: async () => files });
  } finally {
    close();
  }
}

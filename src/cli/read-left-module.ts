import { readOpenAttempts } from '../apply/read-open-attempts.ts';
import type { ReleaseName } from '../drivers/driver.ts';
import { ActionError } from '../model/errors.ts';
import { DEFAULT_POLICY_PATH } from '../model/policy-defaults.ts';
import type { Status } from '../model/status.ts';
import type { Finding } from '../model/verdict.ts';
import { bringCommits } from '../repository/history.ts';
import { readLiveManifests } from '../repository/live-manifests.ts';
import { openModuleBook } from '../repository/module-book.ts';
import { findProjectClaims } from '../repository/project-claims.ts';
import { readSubject } from '../repository/subject.ts';
import { listTree } from '../repository/tree.ts';
import { readStatus } from '../state/status-store.ts';
import type { RepositoryOptions } from './commands/options.ts';
import type { RemoteState } from './git-log.ts';

/** A module as it was last applied, and what the default branch says of it. */
export interface LeftModule {
  readonly module: string;
  readonly host: string;
  readonly status: Status;
  readonly release: ReleaseName;
  readonly stateful: boolean;
  readonly exists: boolean;
  readonly open: boolean;
  readonly claims: readonly Finding[];
}

/** Reads a module that is on record; the default branch as the remote has it. */
export async function readLeftModule(
  module: string,
  { run, store }: RemoteState,
  options: RepositoryOptions,
): Promise<LeftModule> {
  const snapshot = await store.fetch();
  const status = await readStatus(snapshot, module);
  if (!status) {
    throw new ActionError(
      'scope/unknown-module',
      `${module}: the state branch knows no such module`,
      { remedy: 'List those that it knows: apply-gates status' },
    );
  }
  const subject = await readSubject(run.ports, {
    workingDirectory: '.',
    policyPath: options.policy ?? DEFAULT_POLICY_PATH,
  });
  const { event, history, policy, repository } = subject;
  const tip = snapshot.remoteHeads.get(`refs/heads/${event.defaultBranch}`);
  if (tip === undefined || !(await bringCommits(history, [tip])).has(tip)) {
    throw new ActionError(
      'git/unavailable',
      `The tip of ${event.defaultBranch} cannot be had from the remote`,
    );
  }
  const entries = await listTree(repository, tip);
  const book = await openModuleBook(repository, policy.modules_dir, entries);
  const commit = status.last_apply_sha;
  const [found] =
    commit === null
      ? []
      : await readLiveManifests(subject, [{ commit, id: module }], book.parse);
  const manifest = found?.ok ? found.value : undefined;
  return {
    ...{ module, host: status.last_apply_host, status },
    release: {
      module,
      manifest: { renamed_from: manifest?.renamed_from ?? '' },
    },
    // What cannot be read any more is taken for the worst.
    stateful:
      status.retired?.stateful ?? (manifest === undefined || manifest.stateful),
    exists: book.has(module),
    open: (await readOpenAttempts(snapshot)).some(
      (attempt) => attempt.module === module,
    ),
    claims: manifest
      ? findProjectClaims(book, new Map([[module, manifest]]))
      : [],
  };
}

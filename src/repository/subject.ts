import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Exec } from '../adapters/exec.ts';
import { type GitRepository, openRepository } from '../adapters/git.ts';
import type { RunContext } from '../adapters/run-context.ts';
import type { VerdictLog } from '../adapters/verdict-log.ts';
import {
  type ApprovedCommit,
  findApprovedCommit,
} from '../model/approved-commit.ts';
import { ActionError } from '../model/errors.ts';
import type { LaneEvent } from '../model/event.ts';
import { ZERO_SHA } from '../model/identifiers.ts';
import type { Policy } from '../model/policy.ts';
import { printable } from '../model/printable.ts';
import type { Rollback } from '../model/rollback.ts';
import { type History, openHistory } from './history.ts';
import { readPolicy } from './read-policy.ts';
import {
  findBase,
  findTrusted,
  headOf,
  type SubjectEvent,
} from './subject-commits.ts';

/** What a gate judges, and by which policy. */
export interface Subject {
  readonly repository: GitRepository;
  readonly history: History;
  readonly event: SubjectEvent;
  /** Commit that policy and known_hosts are read from. */
  readonly trusted: string;
  /** Commit that would be applied. */
  readonly head: string;
  /** Commit that head is compared with; undefined on a dispatch without. */
  readonly base: string | undefined;
  /** Where head was live before, and a person goes back to it. */
  readonly rollback: Rollback | undefined;
  readonly policy: Policy;
  readonly policyPath: string;
}

export interface SubjectOptions {
  readonly workingDirectory: string;
  readonly policyPath: string;
  readonly eventName?: string | undefined;
  /** Changes what head is compared with, never the policy. */
  readonly base?: string | undefined;
  readonly head?: string | undefined;
  readonly sha?: string | undefined;
  /** For fetching what a shallow checkout left out. */
  readonly token?: string | undefined;
}

export interface SubjectPorts {
  /** What this job has decided so far. */
  readonly verdicts?: Pick<VerdictLog, 'read'>;
  readonly context: RunContext;
  readonly exec: Exec;
}

/**
 * Finds out what a run is about. Event and commits come from the runner's
 * event; inputs may repeat them, never change them. The policy is read from
 * the trusted commit, which the change being judged cannot have written.
 */
export async function readSubject(
  ports: SubjectPorts,
  options: SubjectOptions,
): Promise<Subject> {
  const event = ports.context.readEvent();
  requireSame('event-name', options.eventName, nameOf(event));
  const supported = requireSupported(event);
  const asked = findAsked(ports, supported, options.sha);
  const head = asked?.sha ?? headOf(supported);
  requireSame('head', options.head, head);
  requireSame('sha', options.sha, head);
  requireBase(ports.context, supported, options.base);

  const repository = openWorkingDirectory(ports, options.workingDirectory);
  const history = openHistory(repository, ports.context, options.token);
  const trusted = await findTrusted(history, supported);
  const rollback = asked?.rollback;
  // What the default branch says of a module counts also on the way back.
  const base = rollback
    ? headOf(supported)
    : await findBase(history, supported, options.base);
  const policy = await readPolicy(repository, trusted, options.policyPath);
  return {
    repository,
    history,
    event: supported,
    trusted,
    head,
    base,
    rollback,
    policy,
    policyPath: options.policyPath,
  };
}

/**
 * On a dispatch the commit that this job has verified, where a step is told to
 * go on with it; undefined where the commit of the event is meant.
 */
function findAsked(
  { verdicts }: SubjectPorts,
  event: SubjectEvent,
  asked: string | undefined,
): ApprovedCommit | undefined {
  if (event.name !== 'workflow_dispatch' || !verdicts || !asked) {
    return undefined;
  }
  const spoken = verdicts
    .read()
    .flatMap((entry) => (entry.kind === 'verdict' ? [entry] : []));
  const found = findApprovedCommit(spoken);
  return found?.sha === asked ? found : undefined;
}

/** Opens the checkout that `working-directory` names. */
export function openWorkingDirectory(
  ports: SubjectPorts,
  workingDirectory: string,
): GitRepository {
  const directory = resolve(ports.context.workspace, workingDirectory);
  try {
    return openRepository(ports.exec, realpathSync(directory));
  } catch (cause) {
    if (cause instanceof ActionError) throw cause;
    throw new ActionError(
      'git/unavailable',
      `working-directory: there is no folder ${printable(directory)}`,
      { cause },
    );
  }
}

function nameOf(event: LaneEvent): string {
  return event.name === 'other' ? event.event : event.name;
}

/** Holds an input to the event: inside a runner the two must agree. */
export function requireSame(
  input: string,
  given: string | undefined,
  actual: string,
): void {
  if (given === undefined || given === actual) return;
  throw new ActionError(
    'input/disagrees-with-event',
    `${input}: ${printable(JSON.stringify(given))} is not what the event says, ${JSON.stringify(actual)}`,
  );
}

function requireSupported(event: LaneEvent): SubjectEvent {
  if (event.name === 'other') {
    throw new ActionError(
      'scope/event-not-supported',
      `The event ${JSON.stringify(event.event)} never applies anything`,
    );
  }
  if (event.name === 'push' && event.after === ZERO_SHA) {
    throw new ActionError(
      'scope/event-not-supported',
      `The push deletes ${printable(event.ref)}`,
    );
  }
  const branch = event.defaultBranch;
  const ref =
    event.name === 'pull_request' ? `refs/heads/${event.baseRef}` : event.ref;
  if (ref === `refs/heads/${branch}`) return event;
  throw new ActionError(
    'scope/wrong-ref',
    printable(
      `The run is for ${JSON.stringify(ref)}, not for the default branch ${JSON.stringify(branch)}`,
    ),
  );
}

/** Only a dispatch, or a person at a terminal, may compare with something else. */
function requireBase(
  context: RunContext,
  event: SubjectEvent,
  given: string | undefined,
): void {
  if (context.flavour === 'local' || event.name === 'workflow_dispatch') return;
  requireSame('base', given, event.name === 'push' ? event.before : event.base);
}

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Exec } from '../adapters/exec.ts';
import { type GitRepository, openRepository } from '../adapters/git.ts';
import type { RunContext } from '../adapters/run-context.ts';
import { ActionError } from '../model/errors.ts';
import type { LaneEvent } from '../model/event.ts';
import { ZERO_SHA } from '../model/identifiers.ts';
import { type Policy, parsePolicy } from '../model/policy.ts';
import { printable } from '../model/printable.ts';
import { formatProblem } from '../model/yaml.ts';
import { readBlobs } from './blobs.ts';
import {
  askHistory,
  bringCommits,
  findMergeBase,
  type History,
  isOnFirstParentLine,
  openHistory,
  readRef,
} from './history.ts';

/** An event that a lane knows what to do with. */
export type SubjectEvent = Exclude<LaneEvent, { readonly name: 'other' }>;

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

interface SubjectPorts {
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
  const head = headOf(supported);
  requireSame('head', options.head, head);
  requireSame('sha', options.sha, head);
  requireBase(ports.context, supported, options.base);

  const repository = openWorkingDirectory(ports, options.workingDirectory);
  const history = openHistory(repository, ports.context, options.token);
  const trusted = await findTrusted(history, supported);
  const base = await findBase(history, supported, options.base);
  const policy = await readPolicy(repository, trusted, options.policyPath);
  return {
    repository,
    history,
    event: supported,
    trusted,
    head,
    base,
    policy,
    policyPath: options.policyPath,
  };
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

/** Reads the policy of a commit. */
export async function readPolicy(
  repository: GitRepository,
  trusted: string,
  path: string,
): Promise<Policy> {
  const [content] = await readBlobs(repository, [{ commit: trusted, path }]);
  if (!content) {
    throw new ActionError(
      'scope/no-policy',
      `There is no ${printable(path)} at the trusted commit ${trusted}`,
    );
  }
  const result = parsePolicy(path, content.toString('utf8'));
  if (result.ok) return result.value;
  throw new ActionError(
    'scope/invalid-policy',
    `The policy at ${trusted} is not valid: ${result.problems.map(formatProblem).join('; ')}`,
    { evidence: { problems: result.problems.slice(0, 20) } },
  );
}

function nameOf(event: LaneEvent): string {
  return event.name === 'other' ? event.event : event.name;
}

function requireSame(
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

function headOf(event: SubjectEvent): string {
  switch (event.name) {
    case 'push':
      return event.after;
    case 'pull_request':
      return event.head;
    case 'workflow_dispatch':
      return event.sha;
  }
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

async function requireCommits(
  history: History,
  shas: readonly string[],
): Promise<void> {
  const present = await bringCommits(history, shas);
  const missing = shas.find((sha) => !present.has(sha));
  if (missing === undefined) return;
  throw new ActionError(
    'git/unavailable',
    `The commit ${missing} is not in the checkout and cannot be fetched`,
  );
}

async function findTrusted(
  history: History,
  event: SubjectEvent,
): Promise<string> {
  switch (event.name) {
    case 'push':
      return requireBefore(history, event.before, event.after);
    case 'pull_request':
      await requireCommits(history, [event.base, event.head]);
      return event.base;
    case 'workflow_dispatch':
      await requireCommits(history, [event.sha]);
      return findDefaultTip(history.repository, event);
  }
}

/** The commit before a push, if the push only added to the line it ends. */
async function requireBefore(
  history: History,
  before: string,
  after: string,
): Promise<string> {
  if (before === ZERO_SHA) {
    throw new ActionError(
      'scope/no-policy',
      'This is the first push of the branch: there is no commit before it that could hold a policy',
    );
  }
  const isBehind = async () =>
    (await isOnFirstParentLine(history.repository, before, after))
      ? true
      : undefined;
  // True only where both commits are there, so that is not asked for first.
  if (before !== after && (await isBehind())) return before;
  await requireCommits(history, [after]);
  const line = await askHistory(history, [after], isBehind);
  if (line.answer) return before;
  if (line.complete) {
    throw new ActionError(
      'scope/history-rewritten',
      `The commit before the push, ${before}, is not on the first-parent line of ${after}`,
    );
  }
  throw noMergeBase(before, after);
}

async function findDefaultTip(
  repository: GitRepository,
  event: Extract<SubjectEvent, { name: 'workflow_dispatch' }>,
): Promise<string> {
  return (
    (await readRef(repository, `refs/remotes/origin/${event.defaultBranch}`)) ??
    (await readRef(repository, `refs/heads/${event.defaultBranch}`)) ??
    event.sha
  );
}

async function findBase(
  history: History,
  event: SubjectEvent,
  given: string | undefined,
): Promise<string | undefined> {
  const head = headOf(event);
  if (event.name === 'push') {
    if (given !== undefined) await requireCommits(history, [given]);
    return given ?? event.before;
  }
  const other =
    given ?? (event.name === 'pull_request' ? event.base : undefined);
  if (other === undefined) return undefined;
  await requireCommits(history, [other]);
  const found = await askHistory(history, [head, other], () =>
    findMergeBase(history.repository, other, head),
  );
  if (found.answer !== undefined) return found.answer;
  throw noMergeBase(other, head);
}

function noMergeBase(one: string, other: string): ActionError {
  return new ActionError(
    'scope/no-merge-base',
    `No common history of ${one} and ${other} could be found or fetched`,
  );
}

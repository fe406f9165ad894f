import type { RunContext } from '../adapters/run-context.ts';
import { ActionError, InputError } from '../model/errors.ts';
import type { LaneEvent } from '../model/event.ts';
import { readRef } from '../repository/history.ts';
import { openWorkingDirectory } from '../repository/subject.ts';
import type { Ports, RawInputs } from './step.ts';

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*\/[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const BRANCH = /^(?!.*(?:\.\.|\/\/|\.lock$))[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;

/**
 * The ports of a job that lives in a repository of its own, with lanes and
 * secrets and nothing else, and is about another one. What ran it says only who
 * asked, and for what; every commit is one of the other repository, as it was
 * checked out.
 */
export async function aboutRepository(
  ports: Ports,
  inputs: RawInputs,
): Promise<Ports> {
  const { about } = ports.context;
  if (about === undefined) return ports;
  requireForms(about);
  const directory = inputs['working-directory'] ?? '.';
  const repository = openWorkingDirectory(ports, directory);
  const tip = `refs/remotes/origin/${about.branch}`;
  const sha = await readRef(repository, tip);
  if (sha === undefined) {
    throw new ActionError(
      'git/unavailable',
      `The checkout has no ${tip} of ${about.repository}`,
      {
        remedy:
          'Give actions/prepare `repository` and `ref`, the same as APPLY_GATES_REPOSITORY and APPLY_GATES_REF.',
      },
    );
  }
  const event = eventOf(ports.context, about.branch, sha);
  return { ...ports, context: contextOf(ports.context, about, event, sha) };
}

type About = NonNullable<RunContext['about']>;

function requireForms({ repository, branch }: About): void {
  if (!NAME.test(repository)) {
    throw new InputError('APPLY_GATES_REPOSITORY', repository, 'owner/name');
  }
  if (!BRANCH.test(branch)) {
    throw new InputError('APPLY_GATES_REF', branch, 'the name of a branch');
  }
}

/**
 * A dispatch is one of that branch. A schedule is a push that brought nothing:
 * nobody asked, so it may do what a push may, for what lags behind.
 */
function eventOf(context: RunContext, branch: string, sha: string): LaneEvent {
  const ref = `refs/heads/${branch}`;
  const common = { ref, defaultBranch: branch };
  if (context.eventName === 'schedule') {
    return { name: 'push', before: sha, after: sha, ...common };
  }
  const own = context.readEvent();
  if (own.name === 'workflow_dispatch') return { ...own, ...common, sha };
  throw new ActionError(
    'input/disagrees-with-event',
    `A run of ${JSON.stringify(context.eventName)} is about its own repository, not about another one`,
    { remedy: 'Start it by schedule or workflow_dispatch.' },
  );
}

function contextOf(
  context: RunContext,
  { repository }: About,
  event: LaneEvent,
  sha: string,
): RunContext {
  return {
    ...context,
    about: undefined,
    eventName: event.name,
    readEvent: () => event,
    sha,
    repository,
    remoteAddress: `${context.serverUrl}/${repository}`,
    // The event file names that of the repository that the job lives in.
    ...(repository !== context.repository && { sshAddress: () => undefined }),
  };
}

import { ActionError } from '../model/errors.ts';
import type { LaneEvent } from '../model/event.ts';
import type { Ports } from './step.ts';

/**
 * The run as a push that brought nothing: it may do what a push may, for what
 * lags behind. Whoever dispatched it, nobody has looked at what that is.
 */
export function asConvergence(ports: Ports): Ports {
  const event = ports.context.readEvent();
  if (event.name === 'push' && event.before === event.after) return ports;
  if (event.name !== 'workflow_dispatch') {
    const name = event.name === 'other' ? event.event : event.name;
    throw new ActionError(
      'input/disagrees-with-event',
      `A run of ${JSON.stringify(name)} does not catch up with what lags behind`,
      {
        remedy:
          'Start it by workflow_dispatch, or by schedule with APPLY_GATES_REPOSITORY, as workflows/reconcile.yml does.',
      },
    );
  }
  const { sha, ref, defaultBranch } = event;
  const push: LaneEvent = {
    name: 'push',
    ...{ before: sha, after: sha, ref, defaultBranch },
  };
  const context = {
    ...ports.context,
    eventName: push.name,
    readEvent: () => push,
  };
  return { ...ports, context };
}

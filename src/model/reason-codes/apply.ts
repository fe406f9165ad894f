import type { ReasonTable } from './reason.ts';

/** Codes of `module-apply`. */
export const APPLY_REASONS = {
  'apply/applied': {
    exit: 0,
    cause: 'Every module runs the new content and is healthy.',
    remedy: '',
  },
  'apply/noop': {
    exit: 0,
    cause: 'There was nothing to do.',
    remedy: '',
  },
  'apply/observed': {
    exit: 0,
    cause:
      'mode: observe. Nothing was changed; the verdict says what would be.',
    remedy:
      'Set mode: apply in the policy when you trust what you see; the first apply of each host then asks for `apply-gates acknowledge`.',
  },
  'apply/acknowledged': {
    exit: 0,
    cause: 'A person let the host be changed; it keeps that itself.',
    remedy: '',
  },
  'apply/not-acknowledged': {
    exit: 8,
    cause:
      'The host was never changed by apply-gates, and no person said that it may be; or something else stands where it keeps that. Nothing was changed.',
    remedy:
      'Read what would change. Then: `apply-gates acknowledge <host> --reason <why>`, or dispatch the lane by hand with the name of the host as acknowledge_host.',
  },
  'apply/reconciled': {
    exit: 0,
    cause: 'What became of an attempt is on record now.',
    remedy: '',
  },
  'apply/settled': {
    exit: 0,
    cause: 'Every attempt that is on record has an end.',
    remedy: '',
  },
  'apply/gate-missing': {
    exit: 7,
    cause:
      'A gate of the lane did not pass for exactly this commit and modules.',
    remedy: 'Run the whole lane; do not take a gate out of the workflow.',
  },
  'apply/plan-changed': {
    exit: 7,
    cause:
      'What the host shows now is not what was planned. Nothing was changed.',
    remedy: 'Run the lane again, so that a new plan is made.',
  },
  'apply/pull-failed': {
    exit: 7,
    cause: 'An image could not be pulled. Nothing was changed.',
    remedy:
      'Check the name of the image, the registry and its login on the host, and run the lane again.',
  },
  'apply/failed': {
    exit: 7,
    cause: 'The apply failed and what ran before could not be restored.',
    remedy: 'Read the last lines of the host and repair the module by hand.',
  },
  'apply/unhealthy': {
    exit: 7,
    cause: 'The module does not pass its health check.',
    remedy: 'Look at the module on the host.',
  },
  'apply/rolled-back': {
    exit: 7,
    cause: 'The new release failed; the release before it runs again.',
    remedy: 'Read why it failed, correct the module and push again.',
  },
  'apply/unknown': {
    exit: 7,
    cause:
      'An attempt is on record as begun, and nobody can say how it ended: the connection was lost, the runner was killed, or the record of the host has no end.',
    remedy:
      'Run `apply-gates reconcile <module>`: it reads the record of the host back and writes down what became of it. Where the host cannot say it, a person does: `--reason`.',
  },
  'apply/dependency-failed': {
    exit: 7,
    cause: 'A module that this one depends on was not applied.',
    remedy: 'Repair the dependency and run the lane again.',
  },
} as const satisfies ReasonTable<'apply'>;

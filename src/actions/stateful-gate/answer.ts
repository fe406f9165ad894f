import { makeStatefulGate } from './make-stateful-gate.ts';

/**
 * The same for who only asks what the gate would say: nothing is applied after
 * it, so the host is not looked at.
 */
export const statefulAnswerStep = makeStatefulGate(
  'nothing is applied after this answer',
);

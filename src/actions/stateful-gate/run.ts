import { makeStatefulGate } from './make-stateful-gate.ts';

/** Stops stateful modules, unless a person armed one of them. */
export const statefulGateStep = makeStatefulGate();

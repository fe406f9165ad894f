import type { ReasonTable } from './reason.ts';

/** Codes of `reconcile`: what it catches up with, and what it tells. */
export const RECONCILE_REASONS = {
  'reconcile/claimed': {
    exit: 0,
    cause: 'Modules lag behind, and this run brings them up to date.',
    remedy: '',
  },
  'reconcile/claimed-elsewhere': {
    exit: 0,
    cause:
      'Another run catches up with the same commit already; this one does nothing.',
    remedy: '',
  },
  'reconcile/nothing-to-do': {
    exit: 0,
    cause: 'Nothing is to be caught up with, and nothing new is to be told.',
    remedy: '',
  },
  'reconcile/told': {
    exit: 0,
    cause: 'Nothing is to be caught up with; something new is told.',
    remedy: 'Read what is told; each thing is told once, until it changes.',
  },
  'reconcile/refused-before': {
    exit: 0,
    cause:
      'A module lags behind, and a run refused, failed or was stopped since it was last applied: that is for a person.',
    remedy:
      'Look at that run; push what corrects it, or dispatch the lane with module=<id>.',
  },
  'reconcile/never-applied': {
    exit: 0,
    cause: 'Modules were never applied, so nothing tells that they lag behind.',
    remedy: 'Dispatch the lane once for each: module=<id>.',
  },
  'reconcile/drift': {
    exit: 0,
    cause:
      'What runs is not what was applied: somebody changed it on the host. Nothing is done about it.',
    remedy:
      'Look at the host; to bring the module back, dispatch the lane with module=<id>.',
  },
  'reconcile/unhealthy': {
    exit: 0,
    cause: 'What runs is what was applied, and it is not healthy.',
    remedy: 'Look at the service on its host.',
  },
  'reconcile/lease-freed': {
    exit: 0,
    cause: 'A run that gave no sign of life lost its lease.',
    remedy: '',
  },
} as const satisfies ReasonTable<'reconcile'>;

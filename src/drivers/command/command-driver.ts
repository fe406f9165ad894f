import { readRecord } from '../attempt/follow-attempt.ts';
import type { Driver } from '../driver.ts';
import { applyCommand } from './command-apply.ts';
import { planCommand } from './command-plan.ts';

/** Modules that are planned, applied and checked by commands of their own. */
export const commandDriver: Driver = {
  plan: planCommand,
  apply: applyCommand,
  readRecord,
};

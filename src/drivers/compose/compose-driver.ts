import { readRecord } from '../attempt/follow-attempt.ts';
import type { Driver } from '../driver.ts';
import { applyCompose } from './compose-apply.ts';
import { planCompose } from './compose-plan.ts';

/** Modules that are docker compose services. */
export const composeDriver: Driver = {
  plan: planCompose,
  apply: applyCompose,
  readRecord,
};

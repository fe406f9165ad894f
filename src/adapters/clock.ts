import { setTimeout as delay } from 'node:timers/promises';

/** Time, as far as the toolkit may know it. */
export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds) => {
    await delay(milliseconds);
  },
};

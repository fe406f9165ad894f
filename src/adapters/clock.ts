import { setTimeout as delay } from 'node:timers/promises';

/** Time, as far as the toolkit may know it. */
export interface Clock {
  now(): Date;
  /** Milliseconds since some moment, which no change of the clock moves. */
  elapsed(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  sleep: async (milliseconds) => {
    await delay(milliseconds);
  },
};

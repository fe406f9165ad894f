import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    // A bound for what hangs: on a busy machine a lane may take a minute.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // Scenarios wait for processes more than they use the machine.
    maxWorkers: availableParallelism() * 2,
    // No module keeps what a test could change. To load them anew for each
    // file takes more than half of the time of the small ones.
    isolate: false,
    // It imports JSON the way bundlers do, which Node refuses.
    deps: {
      optimizer: {
        ssr: { enabled: true, include: ['@actions/workflow-parser'] },
      },
    },
    globalSetup: ['tests/support/requirements.ts'],
  },
});

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Scenarios wait for processes more than they use the machine.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // It imports JSON the way bundlers do, which Node refuses.
    deps: {
      optimizer: {
        ssr: { enabled: true, include: ['@actions/workflow-parser'] },
      },
    },
    globalSetup: ['tests/support/requirements.ts'],
  },
});

import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/packed.ts',
    // A forked process per file: real signals, real child processes, no shared module state.
    pool: 'forks',
    // A third of the time is spent waiting for child processes.
    maxWorkers: availableParallelism() * 2,
    env: { TZ: 'Pacific/Chatham', NO_COLOR: '1' },
    // For what does not come at all: on a busy machine a start of the program alone may take seconds.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
})

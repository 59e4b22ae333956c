import { accessSync, constants, statfsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/packed.ts', 'test/support/empty-store.ts'],
    // Forked processes: real signals and real child processes. Files share them, since no module has state.
    pool: 'forks',
    isolate: false,
    // A third of the time is spent waiting for child processes.
    maxWorkers: availableParallelism() * 2,
    env: { TZ: 'Pacific/Chatham', NO_COLOR: '1', TMPDIR: temporaryRoot() },
    // For what does not come at all: on a busy machine a start of the program alone may take seconds.
    expect: { poll: { timeout: 120_000 } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ['default'],
  },
})

/**
 * Temporary files in memory where the system has such a folder and a gigabyte of room in it (containers often have less):
 * a store on a disk waits for the disk at every commit. A killed process loses nothing there either; what a power
 * failure does is not what tests can show.
 */
function temporaryRoot(): string {
  const inMemory = '/dev/shm'
  try {
    accessSync(inMemory, constants.W_OK)
    const { bavail, bsize } = statfsSync(inMemory)
    return bavail * bsize > 2 ** 30 ? inMemory : tmpdir()
  } catch {
    return tmpdir()
  }
}

import { accessSync, constants, statfsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that wait for one process after the other: begun last, they would run on alone at the end. */
const LONG = /\/test\/(?:crash|e2e|packed)\/|crash\.test\.ts$/

/** Those first, then as usual: what took longest the last time, or the largest. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): number => Number(LONG.test(moduleId))
    // It is no array that is sorted here.
    // oxlint-disable-next-line unicorn/no-array-sort
    const usual = await super.sort(files)
    return usual.toSorted((one, other) => isLong(other) - isLong(one))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They boot machines: `.ci/run` makes what these start from.
    exclude: process.env['SYSTEMD_ROOTS'] === undefined ? ['test/systemd/**'] : [],
    globalSetup: ['test/support/packed.ts', 'test/support/empty-store.ts'],
    // Forked processes: real signals and real child processes. Files share them, since no module has state.
    pool: 'forks',
    isolate: false,
    // A third of the time is spent waiting for child processes.
    maxWorkers: availableParallelism() * 2,
    sequence: { sequencer: LongFirst },
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

import { join } from 'node:path'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import type { ErrorClass } from '../../src/domain/error-class.ts'
import { EFFECT_KINDS } from '../../src/integrations/index.ts'
import { realFiles, realProcesses } from '../../src/kernel/real-world.ts'
import { newRun } from '../../src/pipeline/tasks.ts'
import { openStore } from '../../src/store/index.ts'
import type { TaskRequest } from '../../src/store/tasks.ts'
import { claimFrom } from './store.ts'
import { aTask, TESTER } from './tasks.ts'
import { settingsWith } from './workshop.ts'

/** A task whose run has failed for good. */
export interface Failure {
  readonly task?: Partial<TaskRequest>
  readonly errorClass: ErrorClass
  /** How long before the real time it failed. */
  readonly agoMs: number
}

/** Puts tasks into the store of a folder whose runs have failed so, in this order; returns their ids. */
export async function failIn(
  stateDir: string,
  failures: readonly Failure[],
): Promise<{ taskId: string; runId: string }[]> {
  let now = 0
  const files = realFiles()
  const store = openStore({
    kinds: EFFECT_KINDS,
    path: join(stateDir, 'echopilot.db'),
    world: {
      clock: {
        now: () => now,
        monotonicMs: () => now,
        sleep: async () => undefined,
        every: () => () => undefined,
        soon: queueMicrotask,
        deadline: () => new AbortController().signal,
      },
      random: seededRandom(11),
      files,
      processes: realProcesses(files, process.pid),
    },
    commit: 'c0ffee000000',
    actor: 'tester',
    programVersion: '0.0.0-test',
  })
  const ids: { taskId: string; runId: string }[] = []
  for (const { task, errorClass, agoMs } of failures) {
    now = Date.now() - agoMs
    const asked = aTask(task)
    ids.push(await store.tasks.add(asked, newRun(settingsWith({}), asked, 'added', TESTER)))
    const { claim } = await claimFrom(store)
    const next = {
      kind: 'rest',
      state: 'failed_final',
      reason: `it was ${errorClass}`,
      errorClass,
      score: null,
    } as const
    await store.stages.finish(claim, { kind: 'rested', settlement: null, next }, null)
  }
  store.close()
  return ids
}

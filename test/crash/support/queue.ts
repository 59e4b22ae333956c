import { EFFECT_KINDS } from '../../../src/integrations/index.ts'
import { join } from 'node:path'
import { seededRandom } from '../../../src/commands/demo/seeded-random.ts'
import { realFiles, realProcesses } from '../../../src/kernel/real-world.ts'
import { newRun } from '../../../src/pipeline/tasks.ts'
import type { TaskRequest } from '../../../src/store/tasks.ts'
import { openStore } from '../../../src/store/index.ts'
import { aTask, briefThat, REVISED_BRIEF, TESTER } from '../../support/tasks.ts'
import { settingsWith } from '../../support/workshop.ts'

/** One task of each kind there is, with the state it must end in whatever happens. */
export const KINDS: readonly { readonly task: TaskRequest; readonly ends: string }[] = [
  {
    task: aTask({ title: 'passes at once', client: 'Acme', price: { currency: 'USD', minor: 4_990 } }),
    ends: 'done 95',
  },
  { task: aTask({ title: 'passes revised', brief: REVISED_BRIEF }), ends: 'done 92' },
  { task: aTask({ title: 'is refused', brief: briefThat('refuse') }), ends: 'failed_final null' },
  { task: aTask({ title: 'is empty', brief: '' }), ends: 'failed_final null' },
  {
    task: aTask({ title: 'malformed once', brief: briefThat('malformed-verdict-once', 'score=90') }),
    ends: 'done 90',
  },
  { task: aTask({ title: 'needs a person', brief: briefThat('score=60') }), ends: 'waiting_human 60' },
]

/** Makes a store in a folder with these tasks, in this order, as `task add` and the demo do. */
export async function queueIn(stateDir: string, tasks: readonly TaskRequest[]): Promise<void> {
  let now = Date.now() - tasks.length
  const files = realFiles()
  const world = {
    clock: { now: () => now, monotonicMs: () => now, ...NO_WAITS },
    random: seededRandom(7),
    files,
    processes: realProcesses(files, process.pid),
  }
  const path = join(stateDir, 'echopilot.db')
  const store = openStore({
    kinds: EFFECT_KINDS,
    path,
    world,
    commit: 'c0ffee000000',
    actor: 'tester',
    programVersion: '0.0.0-test',
  })
  for (const task of tasks) {
    now += 1
    await store.tasks.add(task, newRun(settingsWith({}), task, 'added', TESTER))
  }
  store.close()
}

const NO_WAITS = {
  sleep: async () => undefined,
  every: () => () => undefined,
  soon: queueMicrotask,
  deadline: () => new AbortController().signal,
}

import type { Schedule } from '../../../src/domain/schedule.ts'
import { realFiles } from '../../../src/kernel/real-world.ts'
import { seededRandom } from '../../../src/commands/demo/seeded-random.ts'
import { CHECKS, operateOnce } from '../../../src/operate/cycle.ts'
import type { Check, OperateContext } from '../../../src/operate/check.ts'
import type { CheckFound, OperateReport } from '../../../src/domain/operate.ts'
import { noticeDeliverer } from '../../../src/outbox/deliverer.ts'
import type { Store } from '../../../src/store/index.ts'
import { opened } from '../../support/deliverers.ts'
import { testStore, type TestStore } from '../../support/store.ts'
import { settingsWith } from '../../support/workshop.ts'

/** Minutes, in milliseconds. */
export const MINUTE = 60_000

/** An auto-operator on a store of its own, with the journal as its only channel. */
export interface Watch {
  readonly files: TestStore
  readonly store: Store
  /** What people were told, as `kind cause`. */
  readonly told: string[]
  /** Jobs that were run, by name. */
  readonly ran: string[]
  readonly context: () => OperateContext
  /** One cycle; the time stands still. */
  readonly cycle: (changes?: Partial<OperateContext>) => Promise<OperateReport>
  /** One of these checks alone. */
  readonly cycleOf: (checks: readonly Check[]) => Promise<OperateReport>
  /** How a check ends in a cycle now. */
  readonly stateOf: (check: string) => Promise<CheckFound['state'] | undefined>
}

/** Makes one. */
export function watch(schedule: Schedule = {}): Watch {
  const files = testStore()
  const store = files.open('operator')
  const told: string[] = []
  const ran: string[] = []
  const silent = (): void => undefined
  const journal = noticeDeliverer({
    service: 'journal',
    tell: async ({ what, cause }) => void told.push(`${what} ${cause}`),
  })
  const context: OperateContext = {
    world: { clock: files.clock, random: seededRandom(3), files: realFiles() },
    store,
    settings: settingsWith({}),
    log: { error: silent, warn: silent, info: silent, debug: silent, tell: silent },
    stop: new AbortController().signal,
    dryRun: false,
    program: { commit: 'c0ffee000000' },
    schedule,
    deliverers: opened([journal]),
    actor: 'operator',
    payments: [],
    payersError: null,
    channels: { ready: [{ service: 'journal' }], failed: [] },
    lost: [],
    runJob: async name => {
      ran.push(name)
      return { wasDone: false, outcome: 'ok', message: null }
    },
    progress: silent,
  }
  const cycle: Watch['cycle'] = async (changes = {}) => operateOnce({ ...context, ...changes }, CHECKS)
  return {
    files,
    store,
    told,
    ran,
    context: () => context,
    cycle,
    cycleOf: async checks => operateOnce(context, checks),
    stateOf: async name => (await cycle()).checks.find(({ check }) => check === name)?.state,
  }
}

/** What a report says of a check. */
export function found(report: OperateReport, name: string): CheckFound {
  const check = report.checks.find(each => each.check === name)
  if (check === undefined) throw new Error(`there is no check ${name}`)
  return check
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Schedule } from '../../../src/domain/schedule.ts'
import { document } from '../../../src/kernel/document.ts'
import type { Outcome } from '../../../src/kernel/errors.ts'
import { textField, withDefault } from '../../../src/kernel/field.ts'
import { defineOperation, type AnyOperation, type JobEnd } from '../../../src/operations/define.ts'
import type { LazyList } from '../../../src/kernel/operation.ts'
import type { Session } from '../../../src/session/index.ts'
import type { JobRequest, RanJob } from '../../../src/session/jobs.ts'
import type { JobRun } from '../../../src/store/jobs.ts'
import { openStore, type Store } from '../../../src/store/index.ts'
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts'
import { realStoreOptions } from '../../support/real-world.ts'
import { CALL, realSession } from '../../support/session.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** Jobs whose ends a test chooses. */
const TOY_SCHEDULE = {
  tidy: { operation: 'tidy', input: { room: 'kitchen' }, on: { dailyAt: '12:00' }, catchUp: true },
  look: { operation: 'look', input: {}, on: { everyMinutes: 1 }, catchUp: false, busyIsDone: true },
  mind: { operation: 'mind', input: {}, on: { everyMinutes: 5 }, catchUp: false, busyIsDone: true },
} as const satisfies Schedule

/** What came of one run of a toy. */
export interface ToyEnd {
  readonly outcome?: Outcome
  readonly idle?: boolean
}

interface Played extends ToyEnd {
  readonly what: string
}

/** A place with a schedule of toys, at noon of some day. */
export interface Toys {
  readonly stateDir: string
  /** The configuration file of all sessions; it is empty. */
  readonly config: string
  readonly clock: FakeClock
  readonly schedule: Schedule
  /** Rooms that were tidied and looks that were taken, in order. */
  readonly ran: string[]
  /** What the next runs come to; where there is none they end well. Runs before they end. */
  readonly next: (() => ToyEnd | Promise<ToyEnd>)[]
  readonly operations: LazyList<AnyOperation>
  /** A session of a process of its own, as far as the store can tell. */
  readonly session: () => Session
  readonly run: (name: string, request?: Partial<JobRequest>) => Promise<RanJob>
  /** What `mind` is to run, and what came of it. */
  readonly minded: { asks: { readonly name: string; readonly slotMs: number } | null; ends: JobEnd[] }
  readonly store: () => Store
  /** `outcome` of all runs of a job, newest slot first. */
  readonly ends: (job: string) => Promise<readonly JobRun['outcome'][]>
}

/** Makes such a place. */
export function toys(): Toys {
  const stateDir = temporaryFolder()
  const config = join(stateDir, 'config.toml')
  writeFileSync(config, '')
  const clock = fakeClock()
  const ran: Toys['ran'] = []
  const next: Toys['next'] = []
  const minded: Toys['minded'] = { asks: null, ends: [] }
  const operations = toyOperations(ran, next, minded)
  const session = (): Session => {
    const env = { ECHOPILOT_CONFIG: config }
    const opened = realSession({ stateDir, env, clock, jobs: { schedule: TOY_SCHEDULE, operations } })
    onTestFinished(() => opened.close())
    return opened
  }
  const store = (): Store => {
    const options = realStoreOptions(`${stateDir}/echopilot.db`)
    const opened = openStore({ ...options, world: { ...options.world, clock } })
    onTestFinished(() => opened.close())
    return opened
  }
  const own = session()
  return {
    stateDir,
    config,
    clock,
    schedule: TOY_SCHEDULE,
    ran,
    next,
    operations,
    minded,
    session,
    run: (name, request = {}) => own.runJob({ name, slotMs: null, waitMs: 0, ...request }, CALL),
    store,
    ends: async job => (await store().jobs.newest(job, 100, clock.now())).map(({ outcome }) => outcome),
  }
}

function toyOperations(ran: string[], next: Toys['next'], minded: Toys['minded']): LazyList<AnyOperation> {
  const end = async (what: string): Promise<Played> => {
    ran.push(what)
    return { what, ...(await next.shift()?.()) }
  }
  const common = {
    summary: 'Play',
    needs: { store: 'required' },
    access: 'write',
    scope: 'operate',
    render: ({ what }: Played) => document(`played ${what}`),
    outcome: ({ outcome }: Played) => outcome ?? 'ok',
    isIdle: ({ idle }: Played) => idle === true,
  } as const
  const tidy = defineOperation({
    ...common,
    path: ['tidy'],
    input: { room: withDefault(textField('where'), 'any') },
    exclusive: true,
    run: async (_, { room }) => end(room),
  })
  const look = defineOperation({ ...common, path: ['look'], input: {}, run: async () => end('look') })
  const mind = defineOperation({
    ...common,
    path: ['mind'],
    input: {},
    needs: { store: 'required', jobs: 'required' },
    exclusive: true,
    run: async ({ jobs }) => {
      const { asks } = minded
      if (asks !== null) minded.ends.push(await jobs.run(asks.name, asks.slotMs))
      return end('mind')
    },
  })
  return { tidy: async () => tidy, look: async () => look, mind: async () => mind }
}

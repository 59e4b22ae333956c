/** Missed jobs: run again by the auto-operator after 5, 15 and 60 minutes, then told; one that hangs holds up nothing. */
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import { OPERATIONS } from '../../src/operations/index.ts'
import { operate } from '../../src/operations/operate.ts'
import { SCHEDULE } from '../../src/operations/schedule.ts'
import type { OperateReport } from '../../src/domain/operate.ts'
import type { Schedule } from '../../src/domain/schedule.ts'
import type { Session } from '../../src/session/index.ts'
import { toys } from '../session/support/toy-jobs.ts'
import { CALL, realSession } from '../support/session.ts'
import { MINUTE } from './support/watch.ts'

const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Toys with an auto-operator beside them, that a timer runs; `mind` is none of its schedule. */
function place(more: Schedule = {}) {
  const there = toys()
  const { tidy, look } = { ...there.schedule }
  if (tidy === undefined || look === undefined) throw new Error('toys are missing')
  const jobs = {
    schedule: { tidy, look, operate: SCHEDULE.operate, ...more },
    operations: { ...there.operations, operate: async () => OPERATIONS['operate']?.() ?? operate },
  }
  const { stateDir, clock } = there
  const open = (): Session => {
    const session = realSession({ stateDir, env: {}, clock, jobs })
    onTestFinished(() => session.close())
    return session
  }
  const session = open()
  const store = there.store()
  return {
    ...there,
    open,
    run: async (name: string) => session.runJob({ name, slotMs: null, waitMs: 0 }, CALL),
    cycle: async (): Promise<OperateReport> => {
      await session.runJob({ name: 'operate', slotMs: null, waitMs: 0 }, CALL)
      const report = await store.operate.lastReport()
      if (report === null) throw new Error('there is no report')
      return report
    },
    causes: async () => (await store.alerts.open()).map(({ cause }) => cause).toSorted(),
  }
}

const fails = (): never => {
  throw new AppError('provider', 'no answer', 'wait')
}

test('before any job ran there is no schedule, and nothing is missed', async () => {
  const { clock, open, ran, store } = place()
  await clock.advance(3 * DAY)
  const { outcome } = await open().run(operate, {}, CALL)
  expect([outcome, ran]).toEqual(['ok', []])
  expect((await store().operate.lastReport())?.checks.find(({ check }) => check === 'job')).toMatchObject({
    state: 'not_proved',
  })
})

test('a slot that was missed is made up for once; one that comes soon again is not', async () => {
  const { clock, cycle, ran, run } = place()
  await run('tidy')
  await run('look')
  await clock.advance(DAY + 5 * MINUTE)
  const report = await cycle()
  expect(report.healed).toMatchObject([
    { healing: 'run job', thing: 'tidy', outcome: 'done', detail: 'ended ok' },
  ])
  await clock.advance(5 * MINUTE)
  expect((await cycle()).healed).toEqual([])
  expect(ran).toEqual(['kitchen', 'look', 'kitchen'])
})

test('of one that was missed for hours people are told only where it cannot be run', async () => {
  const { clock, cycle, run, causes, store } = place()
  await run('tidy')
  await clock.advance(DAY + 3 * HOUR)
  await cycle()
  expect(await causes()).not.toContain('job/tidy')
  for (let time = 0; time < 24; time += 1) await store().operate.beginHealing('run job', 'x', 24)
  await clock.advance(21 * HOUR + 5 * MINUTE)
  for (let time = 0; time < 24; time += 1) await store().operate.beginHealing('run job', 'x', 24)
  await clock.advance(HOUR)
  const report = await cycle()
  expect(report.healed).toMatchObject([{ thing: 'tidy', outcome: 'capped' }])
  expect(await causes()).toContain('job/tidy')
})

test('one that never ran is missed from the first slot on that it had since timers run', async () => {
  const { clock, cycle, ran, run } = place()
  await clock.advance(HOUR)
  await run('look')
  await clock.advance(5 * MINUTE)
  expect((await cycle()).healed).toEqual([])
  await clock.advance(DAY)
  expect((await cycle()).healed).toMatchObject([{ thing: 'tidy' }])
  expect(ran).toEqual(['look', 'kitchen'])
})

test('one that comes soon again and does not come at all is told after half an hour', async () => {
  const { clock, cycle, run, causes } = place()
  await run('look')
  const told: string[][] = []
  for (let minute = 0; minute < 40; minute += 10) {
    await clock.advance(10 * MINUTE)
    await cycle()
    told.push(await causes())
  }
  expect(told).toEqual([[], [], [], ['job/look']])
})

test('a late first run makes no slot due that was before it began', async () => {
  const mind = { operation: 'mind', input: {}, on: { dailyAt: '12:30' }, catchUp: true } as const
  const { clock, cycle, causes, run, ran } = place({ mind })
  await clock.advance(HOUR)
  await run('tidy')
  const report = await cycle()
  expect([report.healed, await causes(), ran]).toEqual([[], [], ['kitchen']])
})

test('one that fails is run again after 5, 15 and 60 minutes, and then told; the next good one ends that', async () => {
  const { clock, cycle, run, next, ran, causes } = place()
  next.push(fails, fails, fails, fails)
  await expect(run('tidy')).rejects.toThrow('no answer')
  const at: number[] = []
  for (let minute = 0; minute < 180; minute += 5) {
    await clock.advance(5 * MINUTE)
    const [healed] = (await cycle()).healed
    if (healed !== undefined) at.push(minute + 5)
  }
  expect(at).toEqual([5, 20, 80])
  expect(ran).toHaveLength(4)
  expect(await causes()).toContain('job/tidy')
  await clock.advance(DAY - 170 * MINUTE)
  await cycle()
  await clock.advance(20 * MINUTE)
  await cycle()
  expect(await causes()).not.toContain('job/tidy')
})

test('one that fails each minute is told after a quarter of an hour', async () => {
  const { clock, cycle, run, next, causes } = place()
  const told: string[][] = []
  for (let minute = 0; minute < 30; minute += 1) {
    next.push(fails)
    await expect(run('look')).rejects.toThrow('no answer')
    if (minute % 5 === 0) {
      await cycle()
      told.push(await causes())
    }
    await clock.advance(MINUTE)
  }
  expect(told).toEqual([[], [], [], [], ['job/look'], ['job/look']])
})

test('one that worked in between fails since then, though its record stands for what failed before, too', async () => {
  const { clock, cycle, run, next, causes } = place()
  const told: string[][] = []
  for (let minute = 0; minute < 40; minute += 1) {
    if (minute === 12) next.push(() => ({ idle: true }))
    else next.push(fails)
    await run('look').catch(() => null)
    if (minute === 25 || minute === 35) {
      await cycle()
      told.push(await causes())
    }
    await clock.advance(MINUTE)
  }
  expect(told).toEqual([[], ['job/look']])
})

test('one that hangs is not waited for: people are told first, and other cycles are made', async () => {
  const { clock, cycle, run, next, open, store, ends } = place()
  await run('tidy')
  await clock.advance(DAY + 5 * MINUTE)
  const hangs = Promise.withResolvers<{}>()
  next.push(() => hangs.promise)
  const first = cycle()
  while ((await ends('tidy')).length < 2) await clock.advance(0)
  expect((await store().operate.lastReport())?.healed).toEqual([])
  const second = open().run(operate, {}, CALL)
  await expect(second).rejects.toMatchObject({ kind: 'busy' })
  await clock.advance(15 * MINUTE)
  expect((await first).healed).toMatchObject([{ thing: 'tidy', outcome: 'failed' }])
  await clock.advance(2 * HOUR)
  const later = await cycle()
  expect(later.checks.find(({ check }) => check === 'job')?.bad.map(({ message }) => message)).toContain(
    'the job tidy hangs',
  )
  expect(later.healed).toEqual([])
  hangs.resolve({})
})

test('its own slot that failed is not run from within it: its lock is held', async () => {
  const { clock, open, store } = place()
  const slot = { job: 'operate', slotMs: clock.now(), ends: ['ok'] } as const
  const id = await store().records.beginSlot('operate', 'job:operate', slot)
  await store().records.end(String(id), 'provider', null)
  await clock.advance(5.5 * MINUTE)
  await open().run(operate, {}, CALL)
  const healed = (await store().operate.lastReport())?.healed ?? []
  expect(healed.map(({ thing }) => thing)).toEqual(['tidy'])
})

test('of two at once one runs, the other says who does', async () => {
  const { open } = place()
  const ends = await Promise.allSettled([open().run(operate, {}, CALL), open().run(operate, {}, CALL)])
  expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('a unit that failed by a clock that was ahead is told of no more once that was set back', async () => {
  const { clock, run, cycle, store, causes } = place()
  await run('look')
  await clock.advance(365 * DAY)
  for (const unit of ['echopilot-look.service', 'echopilot-serve.service'])
    await store().unitFailures.record({ unit, result: 'exit-code', exitCode: '1', lines: null })
  clock.setBack(365 * DAY)
  await cycle()
  expect(await causes()).toEqual([])
})

test('a unit that failed is told until its job has ended well', async () => {
  const { clock, cycle, run, store, causes } = place()
  await run('look')
  await store().unitFailures.record({
    unit: 'echopilot-look.service',
    result: 'exit-code',
    exitCode: '74',
    lines: null,
  })
  await store().unitFailures.record({
    unit: 'echopilot-serve.service',
    result: 'oom-kill',
    exitCode: null,
    lines: null,
  })
  await clock.advance(MINUTE)
  await cycle()
  expect(await causes()).toEqual(['unit/echopilot-look.service', 'unit/echopilot-serve.service'])
  await run('look')
  await clock.advance(5 * MINUTE)
  await cycle()
  await clock.advance(20 * MINUTE)
  await run('look')
  await cycle()
  expect(await causes()).toEqual(['unit/echopilot-serve.service'])
})

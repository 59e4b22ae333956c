/** Jobs of the schedule: each slot is done once, and its record is true. */
import { writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { AppError, type ErrorKind } from '../../src/kernel/errors.ts'
import { rowsOf } from '../support/books.ts'
import type { FakeClock } from '../support/fake-clock.ts'
import { CALL, realSession } from '../support/session.ts'
import { toys, type ToyEnd } from './support/toy-jobs.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOON = Date.parse('2026-11-25T12:00:00Z')

test('a job runs its operation with its input, once for a slot, and leaves a record', async () => {
  const { run, ran, clock, store } = toys()
  expect(await run('tidy')).toMatchObject({ slotMs: NOON, late: false, run: { outcome: 'ok' } })
  await clock.advance(HOUR)
  expect(await run('tidy')).toMatchObject({ slotMs: NOON, run: null })
  expect(ran).toEqual(['kitchen'])
  const runs = await store().jobs.newest('tidy', 10, clock.now())
  expect(runs).toMatchObject([
    { job: 'tidy', operation: 'tidy', actor: 'job:tidy', slotMs: NOON, startedMs: NOON, outcome: 'ok' },
  ])
  expect(runs[0]).toMatchObject({ commit: 'c0ffee000000', idle: 0 })
  await clock.advance(23 * HOUR)
  await run('tidy')
  expect(ran).toHaveLength(2)
})

test('an hour back no slot is done twice; days ahead one is made up for', async () => {
  const { run, ran, clock } = toys()
  await run('tidy')
  await clock.advance(24 * HOUR + 10 * MINUTE)
  await run('tidy')
  clock.setBack(HOUR)
  for (let minute = 0; minute < 120; minute += 10) {
    expect((await run('tidy')).run).toBeNull()
    await clock.advance(10 * MINUTE)
  }
  expect(ran).toHaveLength(2)
  await clock.advance(10 * 24 * HOUR)
  expect(await run('tidy')).toMatchObject({ late: true, run: { outcome: 'ok' } })
  expect((await run('tidy')).run).toBeNull()
  expect(ran).toHaveLength(3)
})

test('one that begins more than 90 s after its slot is late', async () => {
  const { run, clock } = toys()
  await clock.advance(90_001)
  expect((await run('tidy')).late).toBe(true)
  await clock.advance(24 * HOUR - 1)
  expect((await run('tidy')).late).toBe(false)
})

test('a slot whose run failed is not done; one that ended in part is', async () => {
  const { run, ran, next, ends, clock } = toys()
  next.push(
    () => {
      throw new AppError('config', 'no key', 'set it')
    },
    () => ({ outcome: 'busy' }),
    () => ({ outcome: 'partial' }),
  )
  await expect(run('tidy')).rejects.toMatchObject({ kind: 'config' })
  await clock.advance(1)
  expect((await run('tidy')).run?.outcome).toBe('busy')
  await clock.advance(1)
  expect((await run('tidy')).run?.outcome).toBe('partial')
  expect((await run('tidy')).run).toBeNull()
  expect(ran).toHaveLength(3)
  expect(await ends('tidy')).toEqual(['partial', 'busy', 'config'])
})

test('what keeps a job from beginning is how its slot ended, and is given up like any failure', async () => {
  const { session, config, clock, ends, store, ran } = toys()
  /** Of a process of its own, which reads the configuration anew. */
  const run = (name: string) => session().runJob({ name, slotMs: null, waitMs: 0 }, CALL)
  writeFileSync(config, 'nonsense = 1\n')
  await expect(run('tidy')).rejects.toMatchObject({ kind: 'config' })
  await clock.advance(1)
  writeFileSync(config, '')
  expect(await run('tidy')).toMatchObject({ run: { outcome: 'ok' } })
  expect(await ends('tidy')).toEqual(['ok', 'config'])
  expect((await store().jobs.newest('tidy', 10, clock.now())).at(-1)?.message).toContain('nonsense')
  // What is done stays so, and leaves no other record.
  writeFileSync(config, 'nonsense = 1\n')
  await expect(run('tidy')).rejects.toMatchObject({ kind: 'config' })
  expect([await ends('tidy'), ran]).toEqual([['ok', 'config'], ['kitchen']])
})

test('a job without its credential leaves a record', async () => {
  const { stateDir, clock, ends } = toys()
  const session = realSession({ stateDir, env: {}, clock })
  onTestFinished(() => session.close())
  await expect(session.runJob({ name: 'replay', slotMs: null, waitMs: 0 }, CALL)).rejects.toMatchObject({
    kind: 'config',
  })
  expect(await ends('replay')).toEqual(['config'])
})

test('where the next slot comes soon, what was busy is not repeated', async () => {
  const { run, next, ran } = toys()
  next.push(() => ({ outcome: 'busy' }))
  expect((await run('look')).run?.outcome).toBe('busy')
  expect((await run('look')).run).toBeNull()
  expect(ran).toEqual(['look'])
})

test('of two at once one runs, the other is busy, or waits and finds it done', async () => {
  const { session, next, ran, clock, ends } = toys()
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  next.push(async () => {
    begun.resolve()
    await over.promise
    return {}
  })
  const asked = { name: 'tidy', slotMs: null }
  const first = session().runJob({ ...asked, waitMs: 0 }, CALL)
  await begun.promise
  const second = session().runJob({ ...asked, waitMs: 0 }, CALL)
  await expect(second).rejects.toMatchObject({ kind: 'busy' })
  await expect(second).rejects.toThrow(/^tidy runs already \(pid \d+ on .*, since 2026-11-25 12:00:00 UTC\)$/)
  const patient = session().runJob({ ...asked, waitMs: 60_000 }, CALL)
  while (clock.slept.length === 0) await clock.advance(0)
  await clock.advance(5000)
  over.resolve()
  await first
  await passUntil(patient, clock, 1000)
  expect((await patient).run).toBeNull()
  expect([ran.length, await ends('tidy')]).toEqual([1, ['ok']])
})

test('a slot that is done keeps nobody waiting, whoever holds the lock', async () => {
  const { session, run, next, operations } = toys()
  await run('tidy')
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  next.push(async () => {
    begun.resolve()
    await over.promise
    return {}
  })
  const tidy = await operations['tidy']?.()
  if (tidy === undefined) throw new Error('there is no tidy')
  const typed = session().run(tidy, { room: 'hall' }, CALL)
  await begun.promise
  expect((await run('tidy')).run).toBeNull()
  await expect(run('tidy', { slotMs: NOON + 24 * HOUR })).rejects.toMatchObject({ kind: 'busy' })
  over.resolve()
  expect((await typed).outcome).toBe('ok')
})

test('one that had to wait for more than 90 s is late', async () => {
  const { session, next, clock, ran } = toys()
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  next.push(async () => {
    begun.resolve()
    await over.promise
    return { outcome: 'failed' }
  })
  const first = session().runJob({ name: 'tidy', slotMs: null, waitMs: 0 }, CALL)
  await begun.promise
  const second = session().runJob({ name: 'tidy', slotMs: null, waitMs: HOUR }, CALL)
  while (clock.slept.length === 0) await clock.advance(0)
  await clock.advance(2 * MINUTE)
  over.resolve()
  expect((await first).late).toBe(false)
  await passUntil(second, clock, 1000)
  expect(await second).toMatchObject({ late: true, run: { outcome: 'ok' } })
  expect(ran).toHaveLength(2)
})

test('one that waits in vain is busy when its time is over, and stops when told to', async () => {
  const { session, next, clock } = toys()
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  next.push(async () => {
    begun.resolve()
    await over.promise
    return {}
  })
  const first = session().runJob({ name: 'tidy', slotMs: null, waitMs: 0 }, CALL)
  await begun.promise
  const stop = new AbortController()
  const ask = (signal: AbortSignal): Promise<unknown> =>
    session().runJob({ name: 'tidy', slotMs: null, waitMs: 10_000 }, { ...CALL, stop: signal })
  const stopped = ask(stop.signal).catch((error: unknown) => error)
  while (clock.slept.length === 0) await clock.advance(0)
  stop.abort()
  expect(await stopped).toMatchObject({ kind: 'busy' })
  const startedMs = clock.now()
  const patient = ask(CALL.stop).then(
    () => 'ran',
    (error: unknown) => error,
  )
  await passUntil(patient, clock, 500)
  expect(await patient).toMatchObject({ kind: 'busy' })
  expect(clock.now() - startedMs).toBeGreaterThanOrEqual(10_000)
  over.resolve()
  await first
})

test('runs that find nothing leave one record a day, and their slots are done', async () => {
  const { run, next, clock, store, ran } = toys()
  const pass = async (idle: boolean): Promise<void> => {
    next.push(() => ({ idle }))
    await run('look')
    expect((await run('look')).run).toBeNull()
    await clock.advance(MINUTE)
  }
  for (let minute = 0; minute < 30; minute += 1) await pass(minute !== 10)
  await clock.advance(24 * HOUR - 30 * MINUTE)
  await pass(true)
  await pass(true)
  expect(ran).toHaveLength(32)
  const runs = await store().jobs.newest('look', 100, clock.now())
  const short = runs.map(({ idle, slotMs, outcome }) => [(slotMs - NOON) / MINUTE, idle, outcome])
  expect(short).toEqual([
    [1441, 2, 'ok'],
    [29, 29, 'ok'],
    [10, 0, 'ok'],
  ])
  // What a person asks for is always kept.
  expect((await store().records.latest()).map(({ operation }) => operation)).toEqual(['look'])
})

test('runs that fail again and again in the same way leave one record a day, and one row in the audit chain', async () => {
  const { run, next, clock, store, stateDir } = toys()
  const pass = async (end: () => ToyEnd): Promise<void> => {
    next.push(end)
    await run('look').catch(() => null)
    await clock.advance(MINUTE)
  }
  const fail = (kind: ErrorKind, message: string) => (): ToyEnd => {
    throw new AppError(kind, message, 'look')
  }
  for (let minute = 0; minute < 20; minute += 1) await pass(fail('config', 'no key'))
  await pass(fail('config', 'no other key'))
  await pass(fail('denied', 'no key'))
  await pass(() => ({ outcome: 'partial' }))
  await pass(() => ({ idle: true }))
  for (let minute = 0; minute < 20; minute += 1) await pass(fail('config', 'no key'))
  for (let minute = 0; minute < 3; minute += 1) await pass(() => ({ outcome: 'partial' }))
  const runs = await store().jobs.newest('look', 100, clock.now())
  expect(
    runs.map(({ idle, slotMs, message, outcome }) => [(slotMs - NOON) / MINUTE, idle, outcome, message]),
  ).toEqual([
    [46, 4, 'partial', null],
    [43, 40, 'config', 'no key'],
    [23, 1, 'ok', null],
    [21, 1, 'denied', 'no key'],
    [20, 1, 'config', 'no other key'],
  ])
  const audited = `SELECT subjects FROM audit_log WHERE kind = 'operation.end'`
  expect(rowsOf(`${stateDir}/echopilot.db`, audited)).toHaveLength(4)
})

test('what is tried again for one slot is counted as often as it was tried', async () => {
  const { run, next, ends } = toys()
  for (let tries = 0; tries < 3; tries += 1) {
    next.push(() => {
      throw new AppError('provider', 'odd answer', 'look')
    })
    await run('tidy', { slotMs: NOON }).catch(() => null)
  }
  expect(await ends('tidy')).toEqual(['provider', 'provider', 'provider'])
})

test('a job that another operation runs keeps its own lock, record and rules', async () => {
  const { run, minded, ran, ends, next, clock } = toys()
  minded.asks = { name: 'tidy', slotMs: NOON }
  next.push(() => {
    throw new AppError('provider', 'odd answer', 'look')
  })
  await run('mind')
  await clock.advance(1)
  await run('mind', { slotMs: NOON + 5 * MINUTE })
  await run('mind', { slotMs: NOON + 10 * MINUTE })
  expect(minded.ends).toEqual([
    { wasDone: false, outcome: 'provider', message: 'odd answer' },
    { wasDone: false, outcome: 'ok', message: null },
    { wasDone: true, outcome: 'ok', message: null },
  ])
  expect(ran).toEqual(['kitchen', 'mind', 'kitchen', 'mind', 'mind'])
  expect([await ends('tidy'), await ends('mind')]).toEqual([
    ['ok', 'provider'],
    ['ok', 'ok', 'ok'],
  ])
  minded.asks = { name: 'mind', slotMs: NOON + 15 * MINUTE }
  await run('mind', { slotMs: NOON + 20 * MINUTE })
  expect(minded.ends.at(-1)).toMatchObject({ outcome: 'busy' })
})

test('a job that is not there is told with what was meant', async () => {
  await expect(toys().run('tdy')).rejects.toMatchObject({
    kind: 'usage',
    message: 'there is no job tdy (Did you mean tidy?)',
    hint: 'echopilot jobs list',
  })
  await expect(toys().run('constructor')).rejects.toThrow('there is no job constructor')
})

/** Moves the clock on, step by step, until a promise is settled. */
async function passUntil(promise: Promise<unknown>, clock: FakeClock, stepMs: number): Promise<void> {
  const state = { isOver: false }
  const over = (): void => void (state.isOver = true)
  promise.then(over, over)
  while (!state.isOver) await clock.advance(stepMs)
}

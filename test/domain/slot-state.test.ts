import { expect, test } from 'vitest'
import { nextSlot, type ScheduledJob } from '../../src/domain/schedule.ts'
import { dueSlot, isLate, slotState, slotToRun, type SlotRun } from '../../src/domain/slot-state.ts'

const MINUTE = 60_000
const NOON = Date.parse('2026-11-25T12:00:00Z')
const DAILY: ScheduledJob = { operation: 'replay', input: {}, on: { dailyAt: '12:00' }, catchUp: true }
const MINUTELY: ScheduledJob = {
  operation: 'poll',
  input: {},
  on: { everyMinutes: 1 },
  catchUp: false,
  busyIsDone: true,
}

/** A run of the noon slot that began and ended so many minutes after it. */
function run(begun: number, outcome: string | null, changes: Partial<SlotRun> = {}): SlotRun {
  const startedMs = NOON + begun * MINUTE
  return {
    slotMs: NOON,
    startedMs,
    endedMs: outcome === null ? null : startedMs + MINUTE,
    outcome,
    ...changes,
  }
}

/** How the daily job stands so many minutes after noon. */
function after(minutes: number, runs: readonly SlotRun[] = [], job = DAILY) {
  return slotState(job, { firstMs: 0, nowMs: NOON + minutes * MINUTE, runs })
}

const YESTERDAY = run(-1440, 'ok', { slotMs: NOON - 1440 * MINUTE })

test('a slot is due once a timer has had 90 s for it', () => {
  expect(dueSlot(DAILY, NOON + 89_999)).toBe(NOON - 1440 * MINUTE)
  expect(dueSlot(DAILY, NOON + 90_000)).toBe(NOON)
  expect([isLate(NOON, NOON + 90_000), isLate(NOON, NOON + 90_001)]).toEqual([false, true])
  expect(after(1, [YESTERDAY]).kind).toBe('done')
  expect(after(2, [YESTERDAY])).toEqual({ kind: 'late', slotMs: NOON })
})

test('what was due before there was a store never was', () => {
  const at = (firstMs: number) => slotState(DAILY, { firstMs, nowMs: NOON + 2 * MINUTE, runs: [] }).kind
  expect([at(NOON + 1), at(NOON)]).toEqual(['never_due', 'late'])
})

test.each([
  ['ok', 'done'],
  ['partial', 'done'],
  ['busy', 'waiting'],
  ['config', 'waiting'],
  ['died', 'waiting'],
  [null, 'running'],
])('a run that ended as %s leaves the slot %s', (outcome, kind) => {
  expect(after(3, [run(0, outcome)]).kind).toBe(kind)
})

test('where the next slot comes soon, busy is done as well', () => {
  expect(after(2, [run(1, 'busy')], MINUTELY).kind).toBe('done')
  expect(after(2, [run(1, 'config')], MINUTELY).kind).toBe('waiting')
})

test('a failed slot is run again after 5, 15 and 60 minutes, then given up', () => {
  const tries = [run(0, 'config'), run(6, 'died', { endedMs: null }), run(21, 'bug'), run(82, 'provider')]
  const states = [5, 6, 20, 21, 81, 82, 1000].map(minutes => {
    const begun = tries.filter(({ startedMs }) => startedMs < NOON + minutes * MINUTE)
    const { kind } = after(minutes, begun)
    return `${String(minutes)}: ${kind} after ${String(begun.length)}`
  })
  expect(states).toEqual([
    '5: waiting after 1',
    '6: due_again after 1',
    '20: waiting after 2',
    '21: due_again after 2',
    '81: waiting after 3',
    '82: due_again after 3',
    '1000: given_up after 4',
  ])
})

test('only the newest slot is run again, and only a late one that is to be made up for', () => {
  const toRun = (minutes: number, runs: readonly SlotRun[], job = DAILY) =>
    slotToRun(job, after(minutes, runs, job))
  const old = run(-2880, 'config', { slotMs: NOON - 2880 * MINUTE })
  expect(toRun(2, [old])).toBe(NOON)
  expect(toRun(7, [run(0, 'config')])).toBe(NOON)
  expect(toRun(3, [run(0, 'config')])).toBeNull()
  expect(toRun(3, [], MINUTELY)).toBeNull()
  expect(toRun(3, [run(0, 'ok')])).toBeNull()
})

test('a long run is under way whatever slots have passed since', () => {
  const long = run(0, null)
  expect(after(2000, [long])).toEqual({ kind: 'running', slotMs: NOON, sinceMs: NOON })
  // One of a place that nobody can look into, and another that ended since.
  expect(after(3000, [long, run(2881, 'ok', { slotMs: NOON + 2880 * MINUTE })]).kind).toBe('done')
})

test('a clock that is set back an hour makes no slot due that was done; one that jumps ahead, one', () => {
  const hourly: ScheduledJob = { ...DAILY, on: { everyMinutes: 60 } }
  const runs: SlotRun[] = []
  const begun: number[] = []
  /** What an auto-operator does each minute. */
  const tick = (nowMs: number): void => {
    const slotMs = slotToRun(hourly, slotState(hourly, { firstMs: NOON - 600 * MINUTE, nowMs, runs }))
    if (slotMs === null) return
    begun.push(slotMs)
    runs.push({ slotMs, startedMs: nowMs, endedMs: nowMs + 1000, outcome: 'ok' })
  }
  const pass = (fromMs: number, minutes: number): number => {
    for (let minute = 0; minute < minutes; minute += 1) tick(fromMs + minute * MINUTE)
    return fromMs + minutes * MINUTE
  }
  let nowMs = pass(NOON, 150)
  nowMs = pass(nowMs - 60 * MINUTE, 150)
  expect(new Set(begun).size).toBe(begun.length)
  const before = begun.length
  const jumpMs = nowMs + 30 * 24 * 60 * MINUTE
  pass(jumpMs, 3)
  expect(begun.slice(before)).toEqual([nextSlot(hourly.on, jumpMs) - 60 * MINUTE])
})

test('a retry that a clock which was ahead has put off is due', () => {
  const failed = run(0, 'config', { endedMs: NOON + 10_000 * MINUTE })
  expect(after(3, [failed]).kind).toBe('due_again')
})

test('a slot that a clock which was ahead has begun hides none that is due', () => {
  const ahead = run(525_600, 'ok', { slotMs: NOON + 525_600 * MINUTE })
  expect(after(3, [ahead]).kind).toBe('late')
  expect(after(3, [run(0, 'config'), ahead]).kind).toBe('waiting')
  expect(after(3, [run(0, 'ok'), { ...ahead, outcome: 'config' }]).kind).toBe('done')
})

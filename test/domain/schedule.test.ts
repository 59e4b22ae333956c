/** When slots are: against a computation that walks through the calendar minute by minute. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cadenceText,
  crontabTime,
  lastSlot,
  nextSlot,
  onCalendarText,
  WEEKDAYS,
  type Cadence,
  type TimeOfDay,
} from '../../src/domain/schedule.ts'
import { loadAll } from '../../src/kernel/operation.ts'
import { readInput } from '../../src/kernel/input.ts'
import { OPERATIONS } from '../../src/operations/index.ts'
import { SCHEDULE } from '../../src/operations/schedule.ts'

const SEED = 20_261_125
const MINUTE_MS = 60_000

const times = fc
  .tuple(fc.nat(23), fc.nat(59))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as written in a schedule
  .map(([hour, minute]) => `${two(hour)}:${two(minute)}` as TimeOfDay)
const cadences: fc.Arbitrary<Cadence> = fc.oneof(
  fc.constantFrom(1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60).map(everyMinutes => ({ everyMinutes })),
  times.map(dailyAt => ({ dailyAt })),
  fc.tuple(fc.constantFrom(...WEEKDAYS), times).map(([weeklyOn, at]) => ({ weeklyOn, at })),
)

/** Any instant, and more often those around ends of years, of February and of days. */
const instants = fc.oneof(
  fc.integer({ min: Date.UTC(1999, 0), max: Date.UTC(2106, 0) }),
  fc
    .tuple(
      fc.integer({ min: 1999, max: 2105 }),
      fc.constantFrom([0, 1], [1, 29], [2, 1], [11, 31]),
      fc.integer({ min: -90_000_000, max: 90_000_000 }),
    )
    .map(([year, [month = 0, day = 1], offMs]) => Date.UTC(year, month, day) + offMs),
)

function two(number: number): string {
  return String(number).padStart(2, '0')
}

/** Whether a job is due in the minute that begins at an instant, by the words of the calendar alone. */
function isDueAt(cadence: Cadence, atMs: number): boolean {
  const date = new Date(atMs)
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
  if ('everyMinutes' in cadence) return date.getUTCMinutes() % cadence.everyMinutes === 0
  if ('dailyAt' in cadence) return clock === cadence.dailyAt
  return clock === cadence.at && WEEKDAYS[date.getUTCDay()] === cadence.weeklyOn
}

/** The nearest minute at which it is due, from the one that holds an instant on, backwards or forwards. */
function walk(cadence: Cadence, fromMs: number, stepMs: number): number {
  let atMs = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS
  while (!isDueAt(cadence, atMs)) atMs += stepMs
  return atMs
}

test('the last and the next slot of 1,000 random schedules, over a century', () => {
  fc.assert(
    fc.property(cadences, instants, (cadence, nowMs) => {
      expect(lastSlot(cadence, nowMs)).toBe(walk(cadence, nowMs, -MINUTE_MS))
      expect(nextSlot(cadence, nowMs)).toBe(walk(cadence, nowMs + MINUTE_MS, MINUTE_MS))
    }),
    { seed: SEED, numRuns: 1000 },
  )
})

test('a slot is its own last one, and is the next of the instant before it', () => {
  fc.assert(
    fc.property(cadences, instants, (cadence, nowMs) => {
      const slotMs = lastSlot(cadence, nowMs)
      expect([slotMs <= nowMs, nextSlot(cadence, nowMs) > nowMs]).toEqual([true, true])
      expect([lastSlot(cadence, slotMs), nextSlot(cadence, slotMs - 1)]).toEqual([slotMs, slotMs])
      expect(lastSlot(cadence, slotMs - 1)).toBeLessThan(slotMs)
    }),
    { seed: SEED, numRuns: 1000 },
  )
})

/** Whether a number is one of a field of cron: a star, a star with a step, or a number. */
function isIn(field: string, value: number): boolean {
  const step = /^\*\/(\d+)$/.exec(field)?.[1]
  return step === undefined ? field === '*' || Number(field) === value : value % Number(step) === 0
}

test('lines of cron and timers of systemd fire at each slot, and at no other minute', () => {
  const minutes = fc.tuple(instants, fc.boolean())
  fc.assert(
    fc.property(cadences, minutes, (cadence, [nowMs, onSlot]) => {
      const atMs = onSlot ? lastSlot(cadence, nowMs) : Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
      const date = new Date(atMs)
      const [minute = '', hour = '', ...days] = crontabTime(cadence).split(' ')
      const [, , weekday = ''] = days
      const cron =
        isIn(minute, date.getUTCMinutes()) &&
        isIn(hour, date.getUTCHours()) &&
        isIn(weekday, date.getUTCDay())
      expect(cron).toBe(isDueAt(cadence, atMs))
      const calendar = /^(?:(\w{3}) )?\*-\*-\* (\*|\d+):(?:(\*|\d+)|00\/(\d+)):00 UTC$/.exec(
        onCalendarText(cadence),
      )
      const [, day, ofHour = '', ofMinute, step] = calendar ?? []
      const timer =
        (day === undefined || WEEKDAYS[date.getUTCDay()]?.startsWith(day) === true) &&
        isIn(ofHour, date.getUTCHours()) &&
        isIn(ofMinute ?? `*/${step ?? ''}`, date.getUTCMinutes())
      expect(timer).toBe(isDueAt(cadence, atMs))
    }),
    { seed: SEED, numRuns: 1000 },
  )
})

test.each<[Cadence, string, string, string]>([
  [{ everyMinutes: 1 }, 'every 1 min', '*-*-* *:*:00 UTC', '* * * * *'],
  [{ everyMinutes: 5 }, 'every 5 min', '*-*-* *:00/5:00 UTC', '*/5 * * * *'],
  [{ everyMinutes: 60 }, 'hourly', '*-*-* *:00:00 UTC', '0 * * * *'],
  [{ dailyAt: '02:20' }, 'daily 02:20', '*-*-* 02:20:00 UTC', '20 2 * * *'],
  [{ weeklyOn: 'Sunday', at: '03:00' }, 'Sunday 03:00', 'Sun *-*-* 03:00:00 UTC', '0 3 * * 0'],
])('in words: %o', (cadence, words, calendar, cron) => {
  expect([cadenceText(cadence), onCalendarText(cadence), crontabTime(cadence)]).toEqual([
    words,
    calendar,
    cron,
  ])
})

test('each job of the schedule runs an operation that is there, recorded, and never beside itself', async () => {
  const operations = new Map(
    (await loadAll(OPERATIONS)).map(operation => [operation.path.join(' '), operation]),
  )
  for (const [name, job] of Object.entries(SCHEDULE)) {
    const operation = operations.get(job.operation)
    expect(name).toBe(job.operation.replaceAll(' ', '-'))
    expect(operation, name).toMatchObject({ access: 'write', needs: { store: 'required' } })
    if (operation === undefined) continue
    const known = Object.fromEntries(Object.entries(operation.input).map(([field]) => [field, true]))
    expect(known, name).toMatchObject(Object.fromEntries(Object.keys(job.input).map(field => [field, true])))
    expect(() => readInput(operation.input, job.input, '')).not.toThrow()
    // The lock of poll covers the pick-up only: runs are guarded by their leases.
    expect(operation.exclusive ?? false, name).toBe(name !== 'poll')
  }
})

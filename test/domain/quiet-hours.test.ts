import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isQuiet, isTimezone, readQuietHours } from '../../src/domain/quiet-hours.ts'

const NIGHT = { from: 22 * 60, until: 7 * 60 }

test.each([
  ['22:00-07:00', NIGHT],
  ['13:05-14:30', { from: 785, until: 870 }],
  ['00:00-23:59', { from: 0, until: 1439 }],
  ['', null],
  ['22-7', null],
  ['24:00-07:00', null],
  ['22:60-07:00', null],
  ['22:00 - 07:00', null],
  ['07:00-07:00', null],
])('%j is read as %j', (text, wanted) => {
  expect(readQuietHours(text)).toEqual(wanted)
})

test.each([
  // Vienna is two hours ahead of UTC in summer, one in winter.
  ['2026-07-01T19:59:59Z', 'Europe/Vienna', false],
  ['2026-07-01T20:00:00Z', 'Europe/Vienna', true],
  ['2026-07-02T04:59:59Z', 'Europe/Vienna', true],
  ['2026-07-02T05:00:00Z', 'Europe/Vienna', false],
  ['2026-12-01T20:30:00Z', 'Europe/Vienna', false],
  ['2026-12-01T21:00:00Z', 'Europe/Vienna', true],
  ['2026-12-02T05:59:00Z', 'Europe/Vienna', true],
  ['2026-12-01T00:00:00Z', 'UTC', true],
  ['2026-12-01T16:30:00Z', 'Asia/Kolkata', true],
  ['2026-12-01T16:29:00Z', 'Asia/Kolkata', false],
])('at %s in %s it is quiet: %s', (at, timezone, wanted) => {
  expect(isQuiet({ ...NIGHT, timezone }, Date.parse(at))).toBe(wanted)
})

test('in every zone each day has as many quiet quarters of an hour as the setting says', () => {
  const minute = fc.integer({ min: 0, max: 95 }).map(quarters => quarters * 15)
  fc.assert(
    fc.property(
      minute,
      minute,
      fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/St_Johns'),
      (from, until, timezone) => {
        fc.pre(from !== until)
        const start = Date.parse('2026-01-15T00:00:00Z')
        const quiet = Array.from({ length: 96 }, (_, at) =>
          isQuiet({ from, until, timezone }, start + at * 15 * 60_000),
        )
        expect(quiet.filter(Boolean)).toHaveLength(((until - from + 1440) % 1440) / 15)
      },
    ),
    { numRuns: 10 },
  )
})

test.each([
  ['Europe/Vienna', true],
  ['UTC', true],
  ['Vienna', false],
  ['', false],
])('%j is the name of a time zone: %s', (name, wanted) => {
  expect(isTimezone(name)).toBe(wanted)
})

import { expect, test } from 'vitest'
import {
  dayBefore,
  daysIn,
  daysUpTo,
  monthOf,
  periodKey,
  periodText,
  readPeriod,
  weekBefore,
} from '../../src/domain/period.ts'

test.each([
  ['2026', '2026-01-01 to 2026-12-31'],
  ['2026-11', '2026-11-01 to 2026-11-30'],
  ['2024-02', '2024-02-01 to 2024-02-29'],
  ['2026-12', '2026-12-01 to 2026-12-31'],
  ['2026-11-30', '2026-11-30'],
  ['2026-11-01..2026-11-15', '2026-11-01 to 2026-11-15'],
  ['2026-11..2027', '2026-11-01 to 2027-12-31'],
])('%s', (text, shown) => {
  const period = readPeriod(text)
  expect(period === null ? null : periodText(period)).toBe(shown)
})

test.each(['', '26', '2026-13', '2026-02-30', '2026-1', '2026-11-15..2026-11-01', '2026..', '1..2..3'])(
  '%s is none',
  text => {
    expect(readPeriod(text)).toBeNull()
  },
)

test('the month of an instant is that of UTC', () => {
  expect(monthOf(Date.parse('2026-11-30T23:59:59.999Z'))).toBe('2026-11')
})

test.each([
  ['2026-12-01T00:00:00.000Z', '2026-11-30', '2026-11-23..2026-11-29'],
  ['2026-11-30T23:59:59.999Z', '2026-11-29', '2026-11-23..2026-11-29'],
  ['2026-11-30T00:00:00.000Z', '2026-11-29', '2026-11-23..2026-11-29'],
  ['2026-11-29T23:59:59.999Z', '2026-11-28', '2026-11-16..2026-11-22'],
  ['2024-03-01T06:45:00.000Z', '2024-02-29', '2024-02-19..2024-02-25'],
])('at %s the last whole day is %s, the last whole week %s', (now, day, week) => {
  expect(periodKey(dayBefore(Date.parse(now)))).toBe(day)
  expect(periodKey(weekBefore(Date.parse(now)))).toBe(week)
})

test('a period is typed as it is read', () => {
  for (const text of ['2026-11-30', '2026-11-23..2026-11-29', '2026-11-01..2026-11-30']) {
    const period = readPeriod(text)
    expect(period === null ? null : periodKey(period)).toBe(text)
  }
})

test('the days up to the end of a period', () => {
  const period = readPeriod('2026-03-01')
  expect(period === null ? [] : daysIn(daysUpTo(period, 3))).toEqual([
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
  ])
})

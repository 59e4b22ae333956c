import { expect, test } from 'vitest'
import { monthOf, periodText, readPeriod } from '../../src/domain/period.ts'

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

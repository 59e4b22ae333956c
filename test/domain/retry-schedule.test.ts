import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_ATTEMPTS, quickRetryDelayMs, retryDelayMs } from '../../src/domain/retry-schedule.ts'

const HOUR_MS = 3_600_000
const SEED = { seed: 20_261_125 }
const jitter = fc.double({ min: 0, max: 1, noNaN: true })

test.each([
  { used: 0, jitter: 0.5, asked: null, delay: 0 },
  { used: 1, jitter: 0.5, asked: null, delay: 60_000 },
  { used: 2, jitter: 0.5, asked: null, delay: 300_000 },
  { used: 3, jitter: 0.5, asked: null, delay: 900_000 },
  { used: 4, jitter: 0.5, asked: null, delay: null },
  { used: 9, jitter: 0.5, asked: 1_000, delay: null },
  { used: 1, jitter: 0, asked: null, delay: 54_000 },
  { used: 1, jitter: 1, asked: null, delay: 66_000 },
  { used: 3, jitter: 1, asked: null, delay: 990_000 },
  { used: 1, jitter: 0.5, asked: 20_000, delay: 60_000 },
  { used: 1, jitter: 0.5, asked: 90_000, delay: 90_000 },
  { used: 1, jitter: 0.5, asked: 24 * HOUR_MS, delay: HOUR_MS },
  { used: 0, jitter: 0.5, asked: 5_000, delay: 5_000 },
  { used: 1, jitter: 0.5, asked: -5, delay: 60_000 },
])('after $used attempts, jitter $jitter, Retry-After $asked: $delay ms', row => {
  expect(retryDelayMs(row.used, row.jitter, row.asked)).toBe(row.delay)
})

test('one try and three retries, then none', () => {
  const delays = [1, 2, 3, 4].map(used => retryDelayMs(used, 0.5, null))
  expect(delays.filter(delay => delay !== null)).toHaveLength(MAX_ATTEMPTS - 1)
})

test('a wait is whole, never in the past, within 10 % of its base or what the server asked, at most an hour', () => {
  const bases = [60_000, 300_000, 900_000]
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      jitter,
      fc.option(fc.integer({ min: 0, max: 2 * HOUR_MS })),
      (used, random, asked) => {
        const delay = retryDelayMs(used, random, asked) ?? Number.NaN
        const base = bases[used - 1] ?? Number.NaN
        const least = Math.max(base * 0.9, Math.min(asked ?? 0, HOUR_MS))
        const most = Math.max(base * 1.1, Math.min(asked ?? 0, HOUR_MS))
        expect(Number.isInteger(delay)).toBe(true)
        expect(delay).toBeGreaterThanOrEqual(least)
        expect(delay).toBeLessThanOrEqual(Math.ceil(most) + 1)
      },
    ),
    SEED,
  )
})

test('a jitter out of its range is held to it', () => {
  expect(retryDelayMs(1, 7, null)).toBe(retryDelayMs(1, 1, null))
  expect(retryDelayMs(1, -7, null)).toBe(retryDelayMs(1, 0, null))
})

test.each([
  { number: 1, jitter: 0, delay: 250 },
  { number: 1, jitter: 1, delay: 500 },
  { number: 2, jitter: 0, delay: 1_000 },
  { number: 2, jitter: 0.5, delay: 1_500 },
  { number: 2, jitter: 1, delay: 2_000 },
  { number: 3, jitter: 0.5, delay: null },
  { number: 0, jitter: 0.5, delay: null },
])('quick retry $number with jitter $jitter waits $delay ms', row => {
  expect(quickRetryDelayMs(row.number, row.jitter)).toBe(row.delay)
})

test('a quick retry waits between half of its base and all of it', () => {
  fc.assert(
    fc.property(fc.constantFrom([1, 500] as const, [2, 2_000] as const), jitter, ([number, base], random) => {
      const delay = quickRetryDelayMs(number, random)
      expect(delay).toBeGreaterThanOrEqual(base / 2)
      expect(delay).toBeLessThanOrEqual(base)
    }),
    SEED,
  )
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CLOCK_STEP_MS, isDue, isWithin } from '../../src/domain/due.ts'

const NOW = Date.parse('2026-11-25T12:00:00Z')
const MINUTE_MS = 60_000

test('what is past is due, what lies ahead by no more than its longest delay waits', () => {
  expect(isDue(NOW, NOW, MINUTE_MS)).toBe(true)
  expect(isDue(NOW + 1, NOW, MINUTE_MS)).toBe(false)
  expect(isDue(NOW + MINUTE_MS, NOW, MINUTE_MS)).toBe(false)
  expect(isDue(NOW + MINUTE_MS + CLOCK_STEP_MS, NOW, MINUTE_MS)).toBe(false)
  expect(isDue(NOW + MINUTE_MS + CLOCK_STEP_MS + 1, NOW, MINUTE_MS)).toBe(true)
})

test('whatever the clock did, all is due once the longest delay has gone by', () => {
  const instants = fc.integer({ min: 0, max: NOW * 3 })
  fc.assert(
    fc.property(instants, fc.integer({ min: 0, max: 40 * 86_400_000 }), (atMs, longestMs) => {
      // Due now, or at the latest when what a right clock can have written at this instant would be.
      const later = NOW + longestMs + CLOCK_STEP_MS
      expect(isDue(atMs, NOW, longestMs) || isDue(atMs, later, longestMs)).toBe(true)
    }),
  )
})

test('nothing is due early that a right clock wrote', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 ** 9 }),
      fc.integer({ min: 0, max: 10 ** 9 }),
      (waitMs, moreMs) => {
        expect(isDue(NOW + waitMs, NOW, waitMs + moreMs)).toBe(false)
      },
    ),
  )
})

test('an instant is within a window that it began, and one that lies ahead is within none', () => {
  expect(isWithin(NOW - MINUTE_MS, NOW, MINUTE_MS)).toBe(true)
  expect(isWithin(NOW - MINUTE_MS - 1, NOW, MINUTE_MS)).toBe(false)
  expect(isWithin(NOW + CLOCK_STEP_MS, NOW, MINUTE_MS)).toBe(true)
  expect(isWithin(NOW + CLOCK_STEP_MS + 1, NOW, MINUTE_MS)).toBe(false)
})

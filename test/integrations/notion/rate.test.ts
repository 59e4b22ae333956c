/** The rate that all processes of a store share. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { takeTokens, type Bucket } from '../../../src/domain/rate-bucket.ts'
import { testStore } from '../../support/store.ts'

const SEED = { seed: 20_261_125, numRuns: 500 }
const takes = fc.array(
  fc.record({ afterMs: fc.integer({ min: -2_000, max: 5_000 }), count: fc.integer({ min: 1, max: 10 }) }),
  { minLength: 1, maxLength: 60 },
)
const rates = fc.constantFrom(0.1, 0.5, 2.5, 3, 10, 100)

/** When the last request of each taking is sent, where takers wait as they are told and send one by one. */
function sentAt(
  rate: number,
  steps: readonly { afterMs: number; count: number }[],
): { atMs: number; count: number }[] {
  let bucket: Bucket | null = null
  let nowMs = 1_000_000
  return steps.map(({ afterMs, count }) => {
    nowMs += Math.max(0, afterMs)
    const taken = takeTokens(bucket, count, rate, nowMs)
    bucket = taken.bucket
    return { atMs: nowMs + taken.waitMs, count }
  })
}

test('however it is asked, never more than a burst above the rate is let through', () => {
  fc.assert(
    fc.property(rates, takes, (rate, steps) => {
      const sent = sentAt(rate, steps)
      for (let from = 0; from < sent.length; from += 1) {
        let count = 0
        for (let to = from; to < sent.length; to += 1) {
          count += sent[to]?.count ?? 0
          const seconds = ((sent[to]?.atMs ?? 0) - (sent[from]?.atMs ?? 0)) / 1000
          const burst =
            Math.max(...sent.slice(0, to + 1).map(one => one.count), rate) + (sent[from]?.count ?? 0)
          expect(count).toBeLessThanOrEqual(seconds * rate + burst + 0.1)
        }
      }
    }),
    SEED,
  )
})

test('who asks later is let through no earlier, and a rested bucket makes nobody wait', () => {
  fc.assert(
    fc.property(rates, takes, (rate, steps) => {
      const sent = sentAt(rate, steps).map(({ atMs }) => atMs)
      expect(sent).toEqual(sent.toSorted((a, b) => a - b))
      expect(takeTokens(null, 1, rate, 0).waitMs).toBe(0)
      const full = takeTokens({ tokens: -5, atMs: 0 }, 1, rate, 1_000_000_000)
      expect(full.waitMs).toBe(0)
    }),
    SEED,
  )
})

test('a clock that goes back fills nothing and takes nothing', () => {
  fc.assert(
    fc.property(rates, takes, (rate, steps) => {
      let bucket: Bucket | null = null
      let nowMs = 1_000_000
      for (const { afterMs, count } of steps) {
        const before: Bucket | null = bucket
        nowMs += afterMs
        bucket = takeTokens(before, count, rate, nowMs).bucket
        const wentBack = before !== null && nowMs < before.atMs
        expect(bucket.tokens).toBeLessThanOrEqual(wentBack ? before.tokens : Number.POSITIVE_INFINITY)
        expect(bucket.tokens).toBeLessThanOrEqual(Math.max(count, rate))
      }
    }),
    SEED,
  )
})

test('two processes share one rate', async () => {
  const shop = testStore()
  const stores = [shop.open('one'), shop.open('two')]
  const waits: number[] = []
  for (let round = 0; round < 6; round += 1)
    for (const store of stores) waits.push(await store.rates.take('notion', 1, 2))
  // A burst of one second, then one each half second, whoever asks.
  expect(waits).toEqual([0, 0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000])
  await shop.clock.advance(5_500)
  expect(await stores[0]?.rates.take('notion', 1, 2)).toBe(0)
  expect(await stores[1]?.rates.take('other', 1, 2)).toBe(0)
})

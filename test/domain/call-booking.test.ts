import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bookAnswer, type AnsweredCall } from '../../src/domain/call-booking.ts'
import { worstCaseNanoUsd, type TokenUsage } from '../../src/domain/cost.ts'
import { quotePrice, type PriceQuote } from '../../src/domain/price.ts'

const NOW = Date.parse('2026-11-25T12:00:00Z')
const GPT_4O = quotePrice('gpt-4o', NOW, null, {})
const MINI = quotePrice('gpt-4o-mini', NOW, null, {})
const CEILING = quotePrice('stranger', NOW, null, {})
const FREE = quotePrice('x', NOW, null, { x: { free: true } })
const BOUNDS = { promptBytes: 8_000, maxOutputTokens: 1_000 }
const WORST = worstCaseNanoUsd(GPT_4O, BOUNDS)

function use(inputTokens: number, outputTokens: number): TokenUsage {
  return { inputTokens, cachedTokens: 0, cacheWriteTokens: 0, outputTokens, reasoningTokens: 0 }
}

function answer(usage: TokenUsage | null, more: Partial<AnsweredCall> = {}): AnsweredCall {
  return { usage, usageNote: null, chargedNano: null, text: 'Hello.', ...more }
}

test('a plain answer is metered at its price, and nothing is said', () => {
  expect(bookAnswer([MINI], BOUNDS, answer(use(1_000, 1_000)))).toEqual({
    certainty: 'metered',
    costNano: 750_000,
    usage: use(1_000, 1_000),
    priceBasis: 'table',
    priceVersion: MINI.version,
    note: null,
  })
})

test('the reader’s word on the usage is kept', () => {
  expect(bookAnswer([MINI], BOUNDS, answer(use(1, 1), { usageNote: 'odd' })).note).toBe('odd')
})

describe('of several prices the dearest for this call', () => {
  test('a model without a price: the ceiling, as unpriced', () => {
    const booked = bookAnswer([CEILING, MINI], BOUNDS, answer(use(1_000, 1_000)))
    expect(booked).toMatchObject({ priceBasis: 'unpriced', costNano: 12_500_000, certainty: 'metered' })
    expect(booked.note).toContain('no known price')
  })

  test('the operator’s own price, where that is more', () => {
    const own = quotePrice('own', NOW, null, { own: { input_usd: 1, output_usd: 20 } })
    const booked = bookAnswer([GPT_4O, own], BOUNDS, answer(use(1_000, 1_000)))
    expect(booked).toMatchObject({ priceBasis: 'override', costNano: 21_000_000 })
    expect(booked.note).toContain('the dearer is booked')
    expect(bookAnswer([GPT_4O, own], BOUNDS, answer(use(4_000, 10)))).toMatchObject({ priceBasis: 'table' })
  })
})

describe('a usage that cannot be true is not believed: the most that is possible, as uncertain', () => {
  const words = 'one two three four five six seven eight nine ten '.repeat(20)
  test.each<[string, AnsweredCall, number, RegExp]>([
    ['more out than was allowed', answer(use(100, 1_017)), WORST, /1017 tokens out are more than the 1000/],
    [
      'more in than there are bytes',
      answer(use(12_001, 100)),
      31_002_500,
      /12001 tokens in are more than 8000/,
    ],
    [
      'no tokens for a text',
      answer(use(100, 0), { text: words }),
      WORST,
      /no tokens out, where there is a text/,
    ],
    ['no tokens for a short text', answer(use(100, 0)), WORST, /no tokens out, where there is a text/],
    ['fewer tokens than words', answer(use(100, 149), { text: words }), WORST, /at least 150/],
  ])('%s', (_what, said, costNano, note) => {
    const booked = bookAnswer([GPT_4O], BOUNDS, said)
    expect(booked).toMatchObject({ certainty: 'unmetered', usage: null, costNano })
    expect(booked.note).toMatch(note)
  })

  test('what was claimed above it counts, within a bound', () => {
    expect(bookAnswer([GPT_4O], BOUNDS, answer(use(100, 3_000))).costNano).toBe(30_250_000)
    const most = bookAnswer([GPT_4O], BOUNDS, answer(use(100, 4_000))).costNano
    expect(bookAnswer([GPT_4O], BOUNDS, answer(use(100, 1e13))).costNano).toBe(most)
  })

  test('at the edge it is believed', () => {
    expect(bookAnswer([GPT_4O], BOUNDS, answer(use(100, 0), { text: ' ' })).certainty).toBe('metered')
    expect(bookAnswer([GPT_4O], BOUNDS, answer(use(100, 1))).certainty).toBe('metered')
    expect(bookAnswer([GPT_4O], BOUNDS, answer(use(12_000, 1_016))).certainty).toBe('metered')
    expect(bookAnswer([GPT_4O], BOUNDS, answer(use(100, 150), { text: words })).certainty).toBe('metered')
  })
})

test('no usage at all: the most that is possible at the dearest price, as uncertain', () => {
  expect(bookAnswer([MINI], BOUNDS, answer(null))).toMatchObject({
    certainty: 'unmetered',
    costNano: worstCaseNanoUsd(MINI, BOUNDS),
  })
  expect(bookAnswer([MINI, GPT_4O], BOUNDS, answer(null)).costNano).toBe(WORST)
})

describe('what the service says that it charged', () => {
  test('is booked where it is more', () => {
    const booked = bookAnswer([MINI], BOUNDS, answer(use(1_000, 1_000), { chargedNano: 900_000 }))
    expect(booked).toMatchObject({ certainty: 'metered', costNano: 900_000, usage: use(1_000, 1_000) })
    expect(booked.note).toContain('$0.000900')
  })

  test('is nothing new where it is less', () => {
    expect(bookAnswer([MINI], BOUNDS, answer(use(1_000, 1_000), { chargedNano: 1 }))).toMatchObject({
      costNano: 750_000,
      note: null,
    })
  })

  test('is not believed where it is out of all proportion', () => {
    const booked = bookAnswer([MINI], BOUNDS, answer(use(1_000, 1_000), { chargedNano: 1e15 }))
    expect(booked).toMatchObject({
      certainty: 'unmetered',
      usage: null,
      costNano: worstCaseNanoUsd(MINI, BOUNDS),
    })
    expect(booked.note).toContain('not believed')
  })
})

test.each([
  ['without usage', answer(null)],
  ['with an impossible one', answer(use(1e9, 1e9))],
  ['with a charge', answer(use(1, 1), { chargedNano: 5 })],
])('what is free costs nothing, %s', (_what, said) => {
  expect(bookAnswer([FREE], BOUNDS, said)).toMatchObject({ certainty: 'metered', costNano: 0 })
})

test('whatever is said, the booking is a whole amount within bounds, and uncertain ones are never under the most', () => {
  const count = fc.oneof(fc.nat({ max: 20_000 }), fc.maxSafeNat())
  const usage = fc.option(
    fc.record({
      inputTokens: count,
      cachedTokens: count,
      cacheWriteTokens: count,
      outputTokens: count,
      reasoningTokens: count,
    }),
  )
  const prices = fc.constantFrom<readonly [PriceQuote, ...PriceQuote[]]>(
    [MINI],
    [GPT_4O, MINI],
    [CEILING, MINI],
  )
  fc.assert(
    fc.property(prices, usage, fc.option(fc.maxSafeNat()), fc.string(), (quotes, said, chargedNano, text) => {
      const booked = bookAnswer(quotes, BOUNDS, { usage: said, usageNote: null, chargedNano, text })
      const worst = Math.max(...quotes.map(quote => worstCaseNanoUsd(quote, BOUNDS)))
      expect(Number.isSafeInteger(booked.costNano)).toBe(true)
      expect(booked.costNano).toBeLessThanOrEqual(Math.max(100 * worst, 1e9))
      expect(booked.costNano).toBeGreaterThanOrEqual(booked.certainty === 'unmetered' ? worst : 0)
    }),
    { seed: 20_261_125, numRuns: 500 },
  )
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  centsOf,
  costNanoUsd,
  formatNanoUsd,
  worstCaseNanoUsd,
  type TokenUsage,
} from '../../src/domain/cost.ts'
import { quotePrice, type PriceQuote } from '../../src/domain/price.ts'

const NOW = Date.parse('2026-11-25T12:00:00Z')
const SEED = { seed: 20_261_125, numRuns: 500 }
const GPT_4O = quotePrice('gpt-4o', NOW, null, {})
const LUNA = quotePrice('gpt-6-luna', NOW, null, {})
const NO_USE = { inputTokens: 0, cachedTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 }

function use(part: Partial<TokenUsage>): TokenUsage {
  return { ...NO_USE, ...part }
}

/** A price of one column, for rounding: nano-dollars per million input tokens. */
function inputAt(inputNano: number): PriceQuote {
  return { ...quotePrice('x', NOW, null, { x: { free: true } }), inputNano }
}

describe('a call', () => {
  test.each([
    ['nothing', GPT_4O, NO_USE, 0],
    ['a million in', GPT_4O, use({ inputTokens: 1_000_000 }), 2_500_000_000],
    ['in and out', GPT_4O, use({ inputTokens: 1_000, outputTokens: 500 }), 7_500_000],
    ['cached is inside input', GPT_4O, use({ inputTokens: 1_000, cachedTokens: 600 }), 1_750_000],
    ['reasoning is inside output', GPT_4O, use({ outputTokens: 500, reasoningTokens: 400 }), 5_000_000],
    ['cache writes cost extra', LUNA, use({ inputTokens: 1_000, cacheWriteTokens: 400 }), 110_000],
    [
      'read, written and plain',
      LUNA,
      use({ inputTokens: 1_000, cachedTokens: 500, cacheWriteTokens: 300 }),
      62_500,
    ],
    ['at the limit of long context', LUNA, use({ inputTokens: 272_000, outputTokens: 1_000 }), 27_700_000],
    ['above it', LUNA, use({ inputTokens: 272_001, outputTokens: 1_000 }), 55_150_200],
    ['above it, all from the cache', LUNA, use({ inputTokens: 300_000, cachedTokens: 300_000 }), 6_000_000],
    [
      'a free model',
      quotePrice('x', NOW, null, { x: { free: true } }),
      use({ inputTokens: 9, outputTokens: 9 }),
      0,
    ],
  ])('%s', (_, price, usage, nano) => {
    expect(costNanoUsd(price, usage)).toBe(nano)
  })

  test.each([
    [500_000, 1, 1],
    [499_999, 1, 0],
    [1_499_999, 1, 1],
    [1_500_000, 1, 2],
    [2_500_000, 1, 3],
    [333_333, 3, 1],
  ])('%d nano-dollars a million, %d tokens: %d', (price, inputTokens, nano) => {
    expect(costNanoUsd(inputAt(price), use({ inputTokens }))).toBe(nano)
  })

  test('is rounded once, not for each part', () => {
    const price = { ...inputAt(400_000), outputNano: 400_000 }
    expect(costNanoUsd(price, use({ inputTokens: 1, outputTokens: 1 }))).toBe(1)
  })

  test('is exact where floating point is not', () => {
    const usage = use({ inputTokens: 900_719_925_474, outputTokens: 1 })
    expect(costNanoUsd({ ...inputAt(10_001), outputNano: 1 }, usage)).toBe(9_008_099_975)
  })

  test('beyond every bound it stays a safe integer', () => {
    const usage = use({ inputTokens: Number.MAX_SAFE_INTEGER, outputTokens: Number.MAX_SAFE_INTEGER })
    expect(costNanoUsd(GPT_4O, usage)).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('a report that cannot be true', () => {
  const full = costNanoUsd(GPT_4O, use({ inputTokens: 100 }))

  test.each([
    ['more cached than input', use({ inputTokens: 100, cachedTokens: 101 }), full],
    ['more written than input', use({ inputTokens: 100, cacheWriteTokens: 999 }), full],
    ['both together more', use({ inputTokens: 100, cachedTokens: 60, cacheWriteTokens: 60 }), full],
    ['negative cached', use({ inputTokens: 100, cachedTokens: -50 }), full],
    ['negative input', use({ inputTokens: -100 }), 0],
    ['no number', use({ inputTokens: Number.NaN, outputTokens: Number.NaN }), 0],
    ['reasoning counted apart', use({ outputTokens: 10, reasoningTokens: 90 }), 900_000],
    ['half a token', use({ inputTokens: 0.5 }), 2_500],
  ])('%s', (_, usage, nano) => {
    expect(costNanoUsd(GPT_4O, usage)).toBe(nano)
  })
})

const unitPrice = fc.integer({ min: 0, max: 20_000_000_000 })
const longContext = fc.option(
  fc.record({
    aboveInputTokens: fc.integer({ min: 0, max: 3_000 }),
    inputPercent: fc.integer({ min: 50, max: 300 }),
    outputPercent: fc.integer({ min: 50, max: 300 }),
  }),
)
const anyPrice: fc.Arbitrary<PriceQuote> = fc.record({
  basis: fc.constant('table' as const),
  inputNano: unitPrice,
  cachedInputNano: unitPrice,
  cacheWriteNano: unitPrice,
  outputNano: unitPrice,
  audioMinuteNano: unitPrice,
  longContext,
  version: fc.constant('test'),
})
const tokens = fc.integer({ min: 0, max: 5_000 })
const anyUsage: fc.Arbitrary<TokenUsage> = fc
  .tuple(tokens, tokens, tokens, tokens, tokens)
  .map(([plain, cached, written, answer, reasoning]) => ({
    inputTokens: plain + cached + written,
    cachedTokens: cached,
    cacheWriteTokens: written,
    outputTokens: answer + reasoning,
    reasoningTokens: reasoning,
  }))
const anyNumber = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity))
const nonsense: fc.Arbitrary<TokenUsage> = fc.record({
  inputTokens: anyNumber,
  cachedTokens: anyNumber,
  cacheWriteTokens: anyNumber,
  outputTokens: anyNumber,
  reasoningTokens: anyNumber,
})

/** The cost as an exact fraction, written down another way: numerator over 100 million. */
function exactCost(price: PriceQuote, usage: TokenUsage): bigint {
  const long = price.longContext
  const isLong = long !== null && usage.inputTokens > long.aboveInputTokens
  const factors = isLong ? [long.inputPercent, long.outputPercent] : [100, 100]
  const plain = usage.inputTokens - usage.cachedTokens - usage.cacheWriteTokens
  const items = [
    [plain, price.inputNano, factors[0]],
    [usage.cachedTokens, price.cachedInputNano, factors[0]],
    [usage.cacheWriteTokens, price.cacheWriteNano, factors[0]],
    [usage.outputTokens, price.outputNano, factors[1]],
  ]
  return items.reduce((sum, item) => sum + item.reduce((product, n) => product * BigInt(n ?? 0), 1n), 0n)
}

describe('for any price and usage', () => {
  test('the cost is the exact sum rounded half up', () => {
    fc.assert(
      fc.property(anyPrice, anyUsage, (price, usage) => {
        const exact = exactCost(price, usage)
        const cost = BigInt(costNanoUsd(price, usage))
        // half up: cost − ½ ≤ exact < cost + ½
        expect(2n * cost * 100_000_000n - 100_000_000n <= 2n * exact).toBe(true)
        expect(2n * exact < 2n * cost * 100_000_000n + 100_000_000n).toBe(true)
      }),
      SEED,
    )
  })

  test('two calls cost what they cost together, to the rounding', () => {
    fc.assert(
      fc.property(anyPrice, anyUsage, anyUsage, (priced, a, b) => {
        const price = { ...priced, longContext: null }
        const both = {
          inputTokens: a.inputTokens + b.inputTokens,
          cachedTokens: a.cachedTokens + b.cachedTokens,
          cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
          outputTokens: a.outputTokens + b.outputTokens,
          reasoningTokens: a.reasoningTokens + b.reasoningTokens,
        }
        const apart = costNanoUsd(price, a) + costNanoUsd(price, b)
        expect(Math.abs(costNanoUsd(price, both) - apart)).toBeLessThanOrEqual(1)
      }),
      SEED,
    )
  })

  test('nonsense never costs less than nothing, and is a whole number', () => {
    fc.assert(
      fc.property(anyPrice, nonsense, (price, usage) => {
        const cost = costNanoUsd(price, usage)
        expect(Number.isSafeInteger(cost) && cost >= 0).toBe(true)
      }),
      SEED,
    )
  })

  test('parts that do not fit the input earn no discount', () => {
    fc.assert(
      fc.property(anyPrice, tokens, fc.integer({ min: 1, max: 5_000 }), (price, inputTokens, excess) => {
        const lie = use({ inputTokens, cachedTokens: inputTokens + excess })
        expect(costNanoUsd(price, lie)).toBe(costNanoUsd(price, use({ inputTokens })))
      }),
      SEED,
    )
  })

  test('the worst case covers every usage within its bounds', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        anyPrice,
        fc.integer({ min: 0, max: 20_000 }),
        tokens,
        fc.tuple(share, share, share, share, share),
        (price, promptBytes, maxOutputTokens, [input, cached, written, output, reasoning]) => {
          const inputTokens = Math.round(input * Math.ceil(promptBytes / 2))
          const outputTokens = Math.round(output * maxOutputTokens)
          const usage = {
            inputTokens,
            // Sometimes more than fits: nonsense must be covered too.
            cachedTokens: Math.round(cached * inputTokens),
            cacheWriteTokens: Math.round(written * inputTokens),
            outputTokens,
            reasoningTokens: Math.round(reasoning * outputTokens),
          }
          const worst = worstCaseNanoUsd(price, { promptBytes, maxOutputTokens })
          expect(worst).toBeGreaterThanOrEqual(costNanoUsd(price, usage))
        },
      ),
      { ...SEED, numRuns: 2_000 },
    )
  })
})

describe('the worst case', () => {
  const CHEAP_LONG = { ...LUNA, longContext: { aboveInputTokens: 10, inputPercent: 50, outputPercent: 50 } }

  test.each([
    ['an odd number of bytes', GPT_4O, { promptBytes: 3, maxOutputTokens: 0 }, 5_000],
    ['in and out', GPT_4O, { promptBytes: 2_000, maxOutputTokens: 100 }, 3_500_000],
    ['cache writes are dearer than input', LUNA, { promptBytes: 2_000, maxOutputTokens: 0 }, 125_000],
    ['long context', LUNA, { promptBytes: 544_002, maxOutputTokens: 1_000 }, 68_750_250],
    ['nothing', GPT_4O, { promptBytes: 0, maxOutputTokens: 0 }, 0],
    ['long context that is cheaper', CHEAP_LONG, { promptBytes: 40, maxOutputTokens: 0 }, 2_500],
  ])('%s', (_, price, bounds, nano) => {
    expect(worstCaseNanoUsd(price, bounds)).toBe(nano)
  })
})

describe('formatNanoUsd', () => {
  test.each([
    [0, '0.000000'],
    [-0, '0.000000'],
    [4_218_000, '0.004218'],
    [499, '0.000000'],
    [500, '0.000001'],
    [1_499, '0.000001'],
    [1_500, '0.000002'],
    [-499, '0.000000'],
    [-500, '-0.000001'],
    [-4_218_000, '-0.004218'],
    [999_999_500, '1.000000'],
    [1_234_567_890_123, '1234.567890'],
    [Number.MAX_SAFE_INTEGER, '9007199.254741'],
    [-Number.MAX_SAFE_INTEGER, '-9007199.254741'],
  ])('%d is %s', (nano, text) => {
    expect(formatNanoUsd(nano)).toBe(text)
  })

  test('a sum in part of a nano-dollar is a mistake of the caller', () => {
    expect(() => formatNanoUsd(0.5)).toThrow(RangeError)
  })

  test('is within half a millionth of a dollar, and mirrors for the minus', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), nano => {
        const text = formatNanoUsd(nano)
        const micro = BigInt(text.replace('.', ''))
        const off = BigInt(nano) - micro * 1_000n
        expect(text).toMatch(/^\d+\.\d{6}$/)
        expect(off >= -500n && off < 500n).toBe(true)
        expect(formatNanoUsd(-nano)).toBe(micro === 0n ? text : `-${text}`)
      }),
      SEED,
    )
  })
})

test.each([
  ['129.984000', '129.98'],
  ['0.005000', '0.01'],
  ['0.004999', '0.00'],
  ['-0.001955', '0.00'],
  ['-0.005000', '-0.01'],
  ['-12.345678', '-12.35'],
  ['0.000000', '0.00'],
])('%s in cents is %s', (usd, cents) => {
  expect(centsOf(usd)).toBe(cents)
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CATALOG_VERSION, MODEL_CATALOG } from '../../src/domain/model-catalog.ts'
import { usdToNano } from '../../src/domain/model-catalog.ts'
import { quotePrice, quotesAsServed, type PriceOverride } from '../../src/domain/price.ts'

const NOW = Date.parse('2026-11-25T12:00:00Z')
const SEED = { seed: 20_261_125 }
const USD = 1_000_000_000
const COLUMNS = ['inputNano', 'cachedInputNano', 'cacheWriteNano', 'outputNano', 'audioMinuteNano'] as const

function figures(model: string, tier: string | null = null, overrides = {}): number[] {
  const quote = quotePrice(model, NOW, tier, overrides)
  return COLUMNS.map(column => quote[column] / USD)
}

describe('the table', () => {
  // USD per million: input, cached, cache write, output; per minute: audio. From OpenAI's price page.
  test.each([
    ['gpt-4o', [2.5, 1.25, 2.5, 10, 0]],
    ['gpt-4o-mini', [0.15, 0.075, 0.15, 0.6, 0]],
    ['gpt-6-luna', [0.1, 0.01, 0.125, 0.5, 0]],
    ['gpt-6.1-terra', [1, 0.05, 1.25, 5, 0]],
    ['gpt-6.1-sol', [2, 0.1, 2.5, 10, 0]],
    ['gpt-6-sol', [2, 0.2, 2.5, 10, 0]],
    ['whisper-1', [0, 0, 0, 0, 0.006]],
    ['gpt-transcribe', [0, 0, 0, 0, 0.0045]],
  ])('%s costs %j', (model, expected) => {
    expect(figures(model)).toEqual(expected)
    expect(figures(`${model}-2026-01-31`)).toEqual(expected)
  })

  test.each([null, 'default', 'auto', 'standard', 'scale', ''])('tier %j is standard', tier => {
    expect(quotePrice('gpt-4o', NOW, tier, {}).version).toBe(`${CATALOG_VERSION}/gpt-4o/standard`)
    expect(figures('gpt-4o', tier)).toEqual([2.5, 1.25, 2.5, 10, 0])
  })

  test.each([
    ['flex', [0.075, 0.0375, 0.075, 0.3, 0], 'flex'],
    ['batch', [0.075, 0.0375, 0.075, 0.3, 0], 'batch'],
    ['priority', [0.3, 0.15, 0.3, 1.2, 0], 'priority'],
    ['fast', [0.3, 0.15, 0.3, 1.2, 0], 'priority'],
  ])('tier %s costs %j', (tier, expected, named) => {
    expect(figures('gpt-4o-mini', tier)).toEqual(expected)
    expect(quotePrice('gpt-4o-mini', NOW, tier, {}).version).toBe(`${CATALOG_VERSION}/gpt-4o-mini/${named}`)
  })

  test('long prompts cost more on GPT-6 only', () => {
    const long = { aboveInputTokens: 272_000, inputPercent: 200, outputPercent: 150 }
    expect(quotePrice('gpt-6-luna', NOW, 'flex', {}).longContext).toEqual(long)
    expect(quotePrice('gpt-4o', NOW, null, {}).longContext).toBeNull()
  })

  test('before the first row its figures hold', () => {
    const early = quotePrice('gpt-6-luna', 0, 'priority', {})
    expect(early).toEqual(quotePrice('gpt-6-luna', NOW, 'priority', {}))
  })
})

describe('overrides', () => {
  test('the operator has the last word, whatever the tier', () => {
    const overrides = {
      'gpt-4o': {
        input_usd: 2,
        cached_input_usd: 0.5,
        cache_write_usd: 3,
        output_usd: 8,
        audio_minute_usd: 0.001,
      },
    }
    expect(figures('gpt-4o', 'priority', overrides)).toEqual([2, 0.5, 3, 8, 0.001])
    expect(quotePrice('gpt-4o', NOW, null, overrides)).toMatchObject({
      basis: 'override',
      version: 'override',
    })
  })

  test('one for a family holds for its snapshots, one for the snapshot goes first', () => {
    const family = { 'gpt-4o': { output_usd: 8 } }
    expect(figures('gpt-4o-2024-08-06', null, family)).toEqual([2.5, 1.25, 2.5, 8, 0])
    const both = { ...family, 'gpt-4o-2024-08-06': { output_usd: 7 } }
    expect(figures('gpt-4o-2024-08-06', null, both)).toEqual([2.5, 1.25, 2.5, 7, 0])
  })

  test('an input price grants no discount on cached input', () => {
    expect(figures('gpt-4o', null, { 'gpt-4o': { input_usd: 3 } })).toEqual([3, 3, 3, 10, 0])
  })

  test('limits alone do not make a price', () => {
    const overrides = {
      'gpt-4o-2024-08-06': { context_tokens: 8_000, input_usd: undefined },
      'gpt-4o': { input_usd: 3 },
      'llama3.3': { max_output_tokens: 4_000, free: undefined },
    }
    expect(figures('gpt-4o-2024-08-06', null, overrides)).toEqual([3, 3, 3, 10, 0])
    expect(quotePrice('llama3.3', NOW, null, overrides).basis).toBe('unpriced')
  })

  test('an unknown model gets its price from the config, the rest at the dearest', () => {
    const overrides = { 'llama3.3': { input_usd: 0.2, output_usd: 0.4 } }
    expect(figures('llama3.3', null, overrides)).toEqual([0.2, 0.2, 0.2, 0.4, 0.006])
    expect(quotePrice('llama3.3', NOW, null, overrides)).toMatchObject({
      basis: 'override',
      longContext: null,
    })
  })

  test('zero is a price', () => {
    expect(figures('gpt-4o', null, { 'gpt-4o': { input_usd: 0, output_usd: 0 } })).toEqual([0, 0, 0, 0, 0])
  })

  test('the vendor keeps its surcharge for long prompts', () => {
    expect(quotePrice('gpt-6-luna', NOW, null, { 'gpt-6-luna': { input_usd: 1 } }).longContext).not.toBeNull()
  })

  test('a free model costs nothing', () => {
    const quote = quotePrice('llama3.3', NOW, 'priority', { 'llama3.3': { free: true, input_usd: 5 } })
    expect(quote).toMatchObject({ basis: 'free', longContext: null })
    expect(COLUMNS.map(column => quote[column])).toEqual([0, 0, 0, 0, 0])
  })

  test('free = false is no price', () => {
    expect(quotePrice('llama3.3', NOW, null, { 'llama3.3': { free: false } }).basis).toBe('unpriced')
  })

  test('a model named like a part of the language is no override', () => {
    expect(quotePrice('constructor', NOW, null, {}).basis).toBe('unpriced')
  })
})

describe('an unknown model', () => {
  test('costs the dearest of each column, and says that this is no price', () => {
    expect(figures('llama3.3')).toEqual([2.5, 1.25, 2.5, 10, 0.006])
    expect(quotePrice('llama3.3', NOW, null, {}).basis).toBe('unpriced')
    expect(quotePrice('llama3.3', NOW, null, {}).longContext).toMatchObject({ inputPercent: 200 })
  })

  test('gets no discount for a tier, but its surcharge', () => {
    expect(figures('llama3.3', 'flex')).toEqual([2.5, 1.25, 2.5, 10, 0.006])
    expect(figures('llama3.3', 'priority')).toEqual([5, 2.5, 5, 20, 0.012])
  })

  test('is never cheaper than any known one, at any time and tier', () => {
    const model = fc.constantFrom(...MODEL_CATALOG.map(facts => facts.id))
    const tier = fc.constantFrom(null, 'default', 'flex', 'batch', 'priority')
    fc.assert(
      fc.property(model, tier, fc.integer({ min: 0, max: 2 * NOW }), (id, at, when) => {
        const known = quotePrice(id, when, at, {})
        const unknown = quotePrice('nobody-knows', when, at, {})
        for (const column of COLUMNS) expect(unknown[column]).toBeGreaterThanOrEqual(known[column])
      }),
      SEED,
    )
  })
})

describe('usdToNano', () => {
  test.each([
    [0, 0],
    [0.075, 75_000_000],
    [0.0045, 4_500_000],
    [2.5, 2_500_000_000],
    [1e-9, 1],
    [4e-10, 0],
    [1_000_000, 1e15],
  ])('%d USD are %d', (usd, nano) => {
    expect(usdToNano(usd)).toBe(nano)
  })

  test.each([-1, -1e-12, Number.NaN, Infinity, 1_000_001])('%d is no price', usd => {
    expect(() => usdToNano(usd)).toThrow(RangeError)
  })

  test('is exact for every decimal of nine places', () => {
    const whole = fc.integer({ min: 0, max: 999_999 })
    const fraction = fc.integer({ min: 0, max: 999_999_999 })
    fc.assert(
      fc.property(whole, fraction, (dollars, nano) => {
        const decimal = `${dollars}.${String(nano).padStart(9, '0')}`
        expect(usdToNano(Number(decimal))).toBe(dollars * USD + nano)
      }),
      { ...SEED, numRuns: 2_000 },
    )
  })
})

describe('as served', () => {
  function versions(
    asked: string,
    answered: string | null,
    overrides: Readonly<Record<string, PriceOverride>> = {},
  ): string[] {
    const quotes = quotesAsServed(asked, answered, model => quotePrice(model, NOW, null, overrides))
    return quotes.map(({ basis, version, inputNano }) =>
      basis === 'override'
        ? `own ${inputNano / USD}`
        : basis === 'free'
          ? 'free'
          : (version.split('/')[1] ?? ''),
    )
  }
  const OWN = { 'think-model': { input_usd: 1, output_usd: 10 } }

  test.each<[string, string, string | null, string[]]>([
    ['who does not say', 'gpt-4o', null, ['gpt-4o']],
    ['the same', 'gpt-4o', 'gpt-4o', ['gpt-4o']],
    ['a snapshot', 'gpt-4o', 'gpt-4o-2024-08-06', ['gpt-4o']],
    ['another that is known', 'gpt-4o-mini', 'gpt-4o-2024-08-06', ['gpt-4o']],
    ['a cheaper one', 'gpt-4o', 'gpt-4o-mini-2024-07-18', ['gpt-4o-mini']],
    ['a known one behind a deployment', 'my-deployment', 'gpt-4o-2024-08-06', ['gpt-4o']],
    ['a known one by a seller’s spelling', 'house', 'openai/gpt-4o-mini', ['gpt-4o-mini']],
    ['a known one in capitals', 'house', 'GPT-4o', ['gpt-4o']],
    ['a stranger', 'gpt-4o-mini', 'llama-3.3-70b', ['unpriced', 'gpt-4o-mini']],
    ['a snapshot that never had its family’s price', 'gpt-4o', 'gpt-4o-2024-05-13', ['unpriced', 'gpt-4o']],
    ['a stranger asked for by its alias', 'house-latest', 'house-20250929', ['unpriced']],
    ['a known one asked for by an alias', 'gpt-4o-latest', 'gpt-4o-2024-08-06', ['gpt-4o']],
  ])('%s', (_what, asked, answered, expected) => {
    expect(versions(asked, answered)).toEqual(expected)
  })

  test.each<[string, string, string, string[]]>([
    ['the operator’s own price, by name', 'think-model', 'think-model', ['own 1']],
    ['by its snapshot', 'think-model', 'think-model-0709', ['own 1']],
    ['by a seller', 'think-model', 'acme/think-model@20250929', ['own 1']],
    ['beside a known one', 'think-model', 'gpt-4o-mini', ['gpt-4o-mini', 'own 1']],
    ['beside a stranger', 'think-model', 'other-model', ['unpriced', 'own 1']],
    ['of the one that answered', 'gpt-4o', 'think-model', ['own 1']],
  ])('%s', (_what, asked, answered, expected) => {
    expect(versions(asked, answered, OWN)).toEqual(expected)
  })

  test('an own price of the family or of the snapshot holds for the snapshot', () => {
    expect(versions('gpt-4o', 'gpt-4o-2024-08-06', { 'gpt-4o': { input_usd: 2 } })).toEqual(['own 2'])
    const snapshot = { 'gpt-4o-2024-08-06': { input_usd: 2 } }
    expect(versions('gpt-4o', 'gpt-4o-2024-08-06', snapshot)).toEqual(['own 2'])
    expect(versions('openai/gpt-4o', 'gpt-4o-2024-08-06', { 'openai/gpt-4o': { input_usd: 2 } })).toEqual([
      'own 2',
    ])
  })

  test('a free model stays free, whatever it calls itself', () => {
    expect(versions('local', 'gpt-4o', { local: { free: true } })).toEqual(['free'])
  })
})

test.each([
  ['openai/gpt-4o', 'gpt-4o'],
  ['azure/gpt-4o-2024-08-06', 'gpt-4o'],
  ['openrouter/openai/gpt-4o-mini', 'gpt-4o-mini'],
  ['acme/gpt-4o', 'unpriced'],
  ['openai/gpt-4o:extended', 'unpriced'],
  ['chatgpt-4o-latest', 'unpriced'],
])('the price of %s is that of %s', (model, expected) => {
  expect(quotePrice(model, NOW, null, {}).version).toBe(`${CATALOG_VERSION}/${expected}/standard`)
})

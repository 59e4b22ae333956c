import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatAmount,
  formatMoney,
  marginPercent,
  nanoUsdOf,
  ratesAt,
  readAmount,
  readCurrency,
  readMoney,
  readNanoUsd,
  readRate,
  sumsByCurrency,
  whyNoLink,
} from '../../src/domain/money.ts'

const SEED = { seed: 20_261_130, numRuns: 500 }
const CURRENCIES = ['USD', 'EUR', 'JPY', 'KWD', 'HUF', 'ISK', 'UGX', 'BHD', 'XAF'] as const
const anyCurrency = fc.constantFrom(...CURRENCIES)
const minor = fc.integer({ min: 0, max: 1_000_000_000 })
/** An amount as it can be: of currencies that have no smaller unit, whole ones. */
const anyMoney = fc
  .tuple(anyCurrency, minor)
  .map(([currency, n]) => ({ currency, minor: currency === 'ISK' || currency === 'UGX' ? n * 100 : n }))

describe('an amount', () => {
  test.each([
    ['49.9', 'USD', 4990, '49.90 USD'],
    ['49.90', 'EUR', 4990, '49.90 EUR'],
    ['0.07', 'USD', 7, '0.07 USD'],
    ['500', 'JPY', 500, '500 JPY'],
    ['1.234', 'KWD', 1234, '1.234 KWD'],
    ['17500', 'HUF', 1_750_000, '17500.00 HUF'],
    ['1200', 'ISK', 120_000, '1200 ISK'],
    ['3000', 'UGX', 300_000, '3000 UGX'],
    ['0', 'USD', 0, '0.00 USD'],
    ['007', 'USD', 700, '7.00 USD'],
  ])('%s %s', (text, currency, units, shown) => {
    const money = readAmount(text, currency)
    expect(money).toEqual({ currency, minor: units })
    expect(money === null ? '' : formatMoney(money)).toBe(shown)
  })

  test.each([
    ['0.001', 'USD'],
    ['49.5', 'JPY'],
    ['49.5', 'ISK'],
    ['1.2345', 'KWD'],
    ['-1', 'USD'],
    ['1e3', 'USD'],
    ['1,000', 'USD'],
    ['.5', 'USD'],
    ['', 'USD'],
    ['NaN', 'USD'],
    ['90071992547410.00', 'USD'],
    ['99999999999999999999', 'JPY'],
  ])('%s %s is none', (text, currency) => {
    expect(readAmount(text, currency)).toBeNull()
  })

  test('reads what it writes', () => {
    fc.assert(
      fc.property(anyMoney, money => {
        expect(readAmount(formatAmount(money), money.currency)).toEqual(money)
        expect(readMoney(formatMoney(money))).toEqual(money)
      }),
      SEED,
    )
  })

  test('every number that a cell of a board holds is read as it is shown there', () => {
    fc.assert(
      fc.property(minor, units => {
        expect(readAmount(String(units / 100), 'EUR')).toEqual({ currency: 'EUR', minor: units })
      }),
      SEED,
    )
  })

  test('currencies are known by their ISO name, whatever its case', () => {
    expect(['eur', ' Usd ', 'XXX', 'BTC', '', 'euro'].map(readCurrency)).toEqual([
      'EUR',
      'USD',
      null,
      null,
      null,
      null,
    ])
    expect(['49', '49 XXX', 'EUR 49', '4.9.0 EUR'].map(readMoney)).toEqual([null, null, null, null])
  })
})

test('sums are of one currency each, and complete', () => {
  fc.assert(
    fc.property(fc.array(anyMoney), amounts => {
      const sums = sumsByCurrency(amounts)
      const names = sums.map(({ currency }) => currency)
      expect(names).toEqual([...new Set(amounts.map(({ currency }) => currency))].toSorted())
      for (const { currency, minor: sum } of sums) {
        const own = amounts.filter(money => money.currency === currency)
        expect(sum).toBe(own.reduce((all, money) => all + money.minor, 0))
      }
    }),
    SEED,
  )
})

test.each([
  ['0.49 USD', 'below the 0.50 USD that can be charged'],
  ['0.50 USD', null],
  ['0.29 GBP', 'below the 0.30 GBP that can be charged'],
  ['49 JPY', 'below the 50 JPY that can be charged'],
  ['174.99 HUF', 'below the 175.00 HUF that can be charged'],
  ['0 KWD', 'below the 0.001 KWD that can be charged'],
  ['1.230 KWD', null],
  ['1.234 KWD', 'with a last digit that cannot be charged'],
  ['999999.99 USD', null],
  ['1000000 USD', 'above the 999999.99 USD that can be charged'],
])('a link for %s', (text, why) => {
  const money = readMoney(text)
  expect(money === null ? 'no money' : whyNoLink(money)).toBe(why)
})

describe('US dollars', () => {
  const RATES = ['2026-01-01 EUR 1.08', '2026-07-01 EUR 1.1', '2026-07-01 JPY 0.0065'].flatMap(
    text => readRate(text) ?? [],
  )

  test('rates are in force from their day on', () => {
    const at = (day: string) => ratesAt(RATES, Date.parse(day))
    expect(at('2025-12-31T23:59:59.999Z')).toEqual({})
    expect(at('2026-01-01T00:00:00Z')).toEqual({ EUR: '1.08' })
    expect(at('2026-06-30T23:59:59.999Z')).toEqual({ EUR: '1.08' })
    expect(at('2026-07-01T00:00:00Z')).toEqual({ EUR: '1.1', JPY: '0.0065' })
  })

  test.each([
    ['10.00 EUR', 11_000_000_000],
    ['500 JPY', 3_250_000_000],
    ['12.34 USD', 12_340_000_000],
    ['10.00 GBP', null],
  ])('%s', (text, nano) => {
    const money = readMoney(text)
    const rates = ratesAt(RATES, Date.parse('2026-11-30'))
    expect(money === null ? undefined : nanoUsdOf(money, rates)).toBe(nano)
  })

  test('are rounded once, half up', () => {
    // 0.001 KWD at 3.2500005 is 3,250,000.5 nano-dollars.
    expect(nanoUsdOf({ currency: 'KWD', minor: 1 }, { KWD: '3.2500005' })).toBe(3_250_001)
    expect(nanoUsdOf({ currency: 'EUR', minor: 1 }, { EUR: '0.000000149' })).toBe(1)
  })

  test.each([
    'EUR 1.08',
    '2026-02-30 EUR 1.08',
    '2026-01-01 XXX 1',
    '2026-01-01 EUR 0',
    '2026-01-01 EUR -1',
    '2026-01-01 EUR 1.0000000001',
    '2026-01-01 EUR 1 2',
  ])('%s is no rate', text => {
    expect(readRate(text)).toBeNull()
  })

  test('are read as nano-dollars', () => {
    expect(['1.25', '0.333333333', '0.3333333333', '-1', '9007199'].map(readNanoUsd)).toEqual([
      1_250_000_000,
      333_333_333,
      null,
      null,
      9_007_199_000_000_000,
    ])
  })
})

test.each([
  [11, 10, 110],
  [-1, 3, -33.3],
  [1, 3, 33.3],
  [2, 3, 66.7],
  [1, 2000, 0.1],
  [0, 5, 0],
  [5, 0, null],
])('a profit of %d in %d is a margin of %s percent', (profit, gross, percent) => {
  expect(marginPercent(profit, gross)).toBe(percent)
})

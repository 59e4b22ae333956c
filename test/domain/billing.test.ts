import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decideBill,
  readPrices,
  type BillDecision,
  type BillingFacts,
  type StandingBill,
} from '../../src/domain/billing.ts'
import type { Money } from '../../src/domain/money.ts'

const usd = (minor: number): Money => ({ currency: 'USD', minor })
const eur = (minor: number): Money => ({ currency: 'EUR', minor })

function facts(changes: Partial<BillingFacts> = {}): BillingFacts {
  const terms = { prices: [], billing: 'link', rates: {} } as const
  return { taskType: 'Research', own: null, terms, client: null, bills: [], ...changes }
}

function bill(changes: Partial<StandingBill> = {}): StandingBill {
  return { id: 'bill_1', state: 'unpaid', basis: 'row', amount: usd(4900), price: usd(4900), ...changes }
}

/** What a decision comes to, in a few words. */
function told({ cancel, add, note }: BillDecision): string {
  const added = add === null ? 'no bill' : `${add.state} ${String(add.amount?.minor)} ${add.why}`
  return [`${String(cancel.length)} cancelled`, added, note ?? ''].join(' | ')
}

describe('at the first Done', () => {
  const PRICES = { prices: [eur(5500), usd(6000)], billing: 'link', rates: { EUR: '1.1' } } as const

  test.each([
    [
      'without any price',
      facts(),
      '0 cancelled | unpriced undefined no price: the task has none, and Research has none | ',
    ],
    [
      'by its own price',
      facts({ own: usd(4900), terms: PRICES }),
      '0 cancelled | unpaid 4900 price of the task 49.00 USD | ',
    ],
    [
      'by the price of its type',
      facts({ terms: PRICES }),
      '0 cancelled | unpaid 5500 price of Research 55.00 EUR | ',
    ],
    [
      "in the client's currency",
      facts({ terms: PRICES, client: { currency: 'USD', billing: null } }),
      '0 cancelled | unpaid 6000 price of Research 60.00 USD | ',
    ],
    [
      'under the minimum',
      facts({ own: usd(49) }),
      '0 cancelled | on_invoice 49 price of the task 0.49 USD; on invoice: below the 0.50 USD that can be charged | ',
    ],
    [
      'of a client who is billed by invoice',
      facts({ own: usd(4900), client: { currency: null, billing: 'invoice' } }),
      '0 cancelled | on_invoice 4900 price of the task 49.00 USD; on invoice: the client is billed so | ',
    ],
    [
      'for nothing',
      facts({ own: usd(0) }),
      '0 cancelled | on_invoice 0 price of the task 0.00 USD; on invoice: below the 0.50 USD that can be charged | ',
    ],
    [
      'of a run from before there were prices',
      facts({ terms: null, own: usd(50) }),
      '0 cancelled | unpaid 50 price of the task 0.50 USD | ',
    ],
  ])('%s', (_name, given, expected) => {
    expect(told(decideBill(given))).toBe(expected)
  })

  test('in US dollars by the rate of the run; without one it is not computed', () => {
    expect(decideBill(facts({ terms: PRICES })).add?.usdNano).toBe(60_500_000_000)
    expect(decideBill(facts({ own: { currency: 'GBP', minor: 100 } })).add?.usdNano).toBeNull()
  })
})

describe('when it is Done again', () => {
  const PAID = bill({ state: 'paid' })

  test.each([
    ['at the same price', facts({ own: usd(4900), bills: [bill()] }), '0 cancelled | no bill | '],
    ['at the same price, paid', facts({ own: usd(4900), bills: [PAID] }), '0 cancelled | no bill | '],
    [
      'at another price',
      facts({ own: usd(6000), bills: [bill()] }),
      '1 cancelled | unpaid 6000 price of the task 60.00 USD | ',
    ],
    [
      'at a lower price',
      facts({ own: usd(100), bills: [bill()] }),
      '1 cancelled | unpaid 100 price of the task 1.00 USD | ',
    ],
    [
      'in another currency',
      facts({ own: eur(4900), bills: [bill()] }),
      '1 cancelled | unpaid 4900 price of the task 49.00 EUR | ',
    ],
    [
      'at another price, on an open invoice',
      facts({ own: usd(6000), bills: [bill({ state: 'on_invoice' })] }),
      '1 cancelled | unpaid 6000 price of the task 60.00 USD | ',
    ],
    [
      'at a higher price after payment',
      facts({ own: usd(6000), bills: [PAID] }),
      '0 cancelled | unpaid 1100 price of the task 60.00 USD, 11.00 USD more than was paid | ',
    ],
    [
      'at a lower price after payment',
      facts({ own: usd(100), bills: [PAID] }),
      '0 cancelled | no bill | its price 1.00 USD was paid before',
    ],
    [
      'in another currency after payment',
      facts({ own: eur(9900), bills: [PAID] }),
      '0 cancelled | no bill | its price 99.00 EUR is in another currency than what was paid: bill what is more by hand',
    ],
    [
      'at another price, partly paid',
      facts({ own: usd(9900), bills: [PAID, bill({ amount: usd(1100), price: usd(6000) })] }),
      '1 cancelled | unpaid 5000 price of the task 99.00 USD, 50.00 USD more than was paid | ',
    ],
    [
      'without its own price, after payment',
      facts({ bills: [PAID] }),
      '0 cancelled | no bill | its price was taken away after payment',
    ],
    [
      'at another price of its type',
      facts({
        terms: { prices: [usd(9900)], billing: 'link', rates: {} },
        bills: [bill({ basis: 'type' })],
      }),
      '0 cancelled | no bill | ',
    ],
    [
      'with a price, where it had none',
      facts({
        terms: { prices: [usd(9900)], billing: 'link', rates: {} },
        bills: [bill({ state: 'unpriced', basis: 'none', amount: null, price: null })],
      }),
      '1 cancelled | unpaid 9900 price of Research 99.00 USD | ',
    ],
    [
      'without a price, as before',
      facts({ bills: [bill({ state: 'unpriced', basis: 'none', amount: null, price: null })] }),
      '0 cancelled | no bill | ',
    ],
  ])('%s', (_name, given, expected) => {
    expect(told(decideBill(given))).toBe(expected)
  })

  test('whatever the prices and payments between, no more stands than the dearest price, and no bill twice', () => {
    const step = fc.record({ own: fc.integer({ min: 0, max: 500 }), pays: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), steps => {
        let bills: StandingBill[] = []
        for (const [index, { own, pays }] of steps.entries()) {
          const { cancel, add } = decideBill(facts({ own: usd(own), bills }))
          bills = bills.filter(standing => !cancel.includes(standing))
          if (add !== null) bills.push({ ...add, id: `bill_${String(index)}` })
          const open = bills.filter(({ state }) => state !== 'paid')
          expect(open.length).toBeLessThanOrEqual(1)
          const asked = bills.reduce((sum, { amount }) => sum + (amount?.minor ?? 0), 0)
          const dearest = Math.max(...steps.slice(0, index + 1).map(before => before.own))
          expect(asked).toBeLessThanOrEqual(dearest)
          expect(asked).toBeGreaterThanOrEqual(own)
          if (pays) bills = bills.map(standing => ({ ...standing, state: 'paid' }))
        }
      }),
      { seed: 20_261_130, numRuns: 500 },
    )
  })
})

test.each([
  ['49 EUR', [eur(4900)]],
  ['49.50 EUR, 55 usd', [eur(4950), usd(5500)]],
  ['49', null],
  ['49 EUR, 50 EUR', null],
  ['49 EUR,', null],
  ['', null],
])('prices of a type: %s', (text, prices) => {
  expect(readPrices(text)).toEqual(prices)
})

/** Sums of money are exact to the nano-dollar, however they are added up. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ratesAt, nanoUsdOf, readRate } from '../../src/domain/money.ts'
import { sumsOf } from '../../src/figures/money-sums.ts'
import type { TaskBooks } from '../../src/store/bills.ts'

const RATES = ['2026-01-01 EUR 1.1', '2026-01-01 JPY 0.0065'].flatMap(text => readRate(text) ?? [])

const minor = fc.nat({ max: 9_999_999 })
const bill = fc.record({
  amount: fc.option(fc.record({ minor, currency: fc.constantFrom('EUR', 'JPY', 'CHF') })),
  usdNano: fc.option(fc.nat({ max: 99_999_999_999 })),
  feeNano: fc.option(fc.nat({ max: 999_999_999 })),
  feesWithoutRate: fc.array(fc.record({ minor, currency: fc.constantFrom('EUR', 'JPY', 'CHF') }), {
    maxLength: 2,
  }),
})
const books = fc.array(
  fc.record({
    costNano: fc.nat({ max: 9_999_999_999 }),
    accepted: fc.nat({ max: 3 }),
    bills: fc.array(bill, { maxLength: 3 }),
  }),
)

const BILL = {
  id: 'bill_1',
  taskId: 'task_1',
  number: 1,
  runId: 'run_1',
  clientId: null,
  state: 'unpaid',
  basis: 'type',
  price: null,
  why: '',
  createdMs: Date.parse('2026-11-25'),
  owed: 'unpaid',
  returnedMinor: 0,
} as const
const TASK = { taskId: 'task_1', title: 'Note', type: 'Drafting', client: null, clientId: null } as const

/** One figure after the other, in whole numbers of any size. */
function total(numbers: readonly number[]): number {
  return Number(numbers.reduce((sum, number) => sum + BigInt(number), 0n))
}

test('each sum is that of its parts, and of several tasks together', () => {
  expect(RATES).toHaveLength(2)
  const sumsAgree = fc.property(books, given => {
    const all = given.map((own): TaskBooks => ({
      ...TASK,
      ...own,
      bills: own.bills.map(one => ({ ...BILL, ...one })),
    }))
    const bills = all.flatMap(own => own.bills)
    const gross = bills.map(({ amount, usdNano, createdMs }) =>
      amount === null ? 0 : (usdNano ?? nanoUsdOf(amount, ratesAt(RATES, createdMs))),
    )
    const fees = bills.flatMap(({ feeNano, feesWithoutRate, createdMs }) =>
      feeNano !== null
        ? [feeNano]
        : feesWithoutRate.map(fee => (fee.minor === 0 ? 0 : nanoUsdOf(fee, ratesAt(RATES, createdMs)))),
    )
    const knownFees = fees.filter(nano => nano !== null)
    const known = gross.filter(nano => nano !== null)
    const sums = sumsOf(all, RATES)
    expect(sums).toMatchObject({
      accepted: total(all.map(({ accepted }) => accepted)),
      workNano: total(all.map(({ costNano }) => costNano)),
      feesNano: knownFees.length === fees.length ? total(knownFees) : null,
      unpriced: bills.filter(({ amount }) => amount === null).length,
      grossNano: known.length === gross.length ? total(known) : null,
    })
    for (const currency of ['EUR', 'JPY', 'CHF']) {
      const own = bills.flatMap(({ amount }) => (amount?.currency === currency ? [amount.minor] : []))
      expect(sums.billedMinor.get(currency) ?? 0).toBe(total(own))
    }
  })
  fc.assert(sumsAgree, { seed: 20_261_130 })
})

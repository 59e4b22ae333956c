import { nanoOfPart, nanoUsdOf, ratesAt, type DatedRate } from '../domain/money.ts'
import type { Bill } from '../store/bill-rows.ts'
import type { TaskBooks } from '../store/bills.ts'

/** What a figure is made of, exactly. */
export interface MoneySums {
  readonly accepted: number
  readonly unpriced: number
  /** What was billed, by its currency, in minor units. */
  readonly billedMinor: ReadonlyMap<string, number>
  /** Nano-dollars; null where a bill has no rate. */
  readonly grossNano: number | null
  readonly feesNano: number
  /** What went back after it was paid, by its currency, in minor units. */
  readonly returnedMinor: ReadonlyMap<string, number>
  readonly returnedNano: number
  readonly workNano: number
}

/** Adds up the books of tasks, in one pass: there may be tens of thousands. */
export function sumsOf(books: readonly TaskBooks[], rates: readonly DatedRate[]): MoneySums {
  const sums = { accepted: 0, unpriced: 0, feesNano: 0, workNano: 0, returnedNano: 0 }
  const billedMinor = new Map<string, number>()
  const returnedMinor = new Map<string, number>()
  let grossNano: number | null = 0
  for (const { accepted, costNano, bills } of books) {
    sums.accepted += accepted
    sums.workNano += costNano
    for (const bill of bills) {
      const { amount, feeNano } = bill
      const nano = grossNanoOf(bill, rates)
      grossNano = grossNano === null || nano === null ? null : grossNano + nano
      sums.feesNano += feeNano
      if (amount === null) {
        sums.unpriced += 1
        continue
      }
      addTo(billedMinor, amount.currency, amount.minor)
      if (bill.returnedMinor === 0) continue
      addTo(returnedMinor, amount.currency, bill.returnedMinor)
      sums.returnedNano += nanoOfPart(nano ?? 0, bill.returnedMinor, amount.minor)
    }
  }
  return { ...sums, billedMinor, returnedMinor, grossNano }
}

function addTo(sums: Map<string, number>, currency: string, minor: number): void {
  sums.set(currency, (sums.get(currency) ?? 0) + minor)
}

/** As it was at its time; else by a rate of then that was told later. */
function grossNanoOf(bill: Bill, rates: readonly DatedRate[]): number | null {
  if (bill.amount === null) return 0
  return bill.usdNano ?? nanoUsdOf(bill.amount, ratesAt(rates, bill.createdMs))
}

/** The currency of a bill that has no rate; null where it needs none, or has one. */
export function missingRate(bill: Bill, rates: readonly DatedRate[]): string | null {
  return bill.amount === null || grossNanoOf(bill, rates) !== null ? null : bill.amount.currency
}

import { nanoOfPart, nanoUsdOf, nanoUsdOfAll, ratesAt, type DatedRate } from '../domain/money.ts'
import type { BilledBooks, TaskBooks } from '../store/bills.ts'

/** What a figure is made of, exactly. */
export interface MoneySums {
  readonly accepted: number
  readonly unpriced: number
  /** What was billed, by its currency, in minor units. */
  readonly billedMinor: ReadonlyMap<string, number>
  /** Nano-dollars; null where a bill has no rate. */
  readonly grossNano: number | null
  /** The same; null where a fee has none. */
  readonly feesNano: number | null
  /** What went back after it was paid, by its currency, in minor units. */
  readonly returnedMinor: ReadonlyMap<string, number>
  readonly returnedNano: number
  readonly workNano: number
}

/** Adds up the books of tasks, in one pass: there may be tens of thousands. */
export function sumsOf(books: readonly TaskBooks[], rates: readonly DatedRate[]): MoneySums {
  const sums = { accepted: 0, unpriced: 0, workNano: 0, returnedNano: 0 }
  const billedMinor = new Map<string, number>()
  const returnedMinor = new Map<string, number>()
  let grossNano: number | null = 0
  let feesNano: number | null = 0
  for (const { accepted, costNano, bills } of books) {
    sums.accepted += accepted
    sums.workNano += costNano
    for (const bill of bills) {
      const { amount } = bill
      const nano = grossNanoOf(bill, rates)
      grossNano = grossNano === null || nano === null ? null : grossNano + nano
      const feeNano = feeNanoOf(bill, rates)
      feesNano = feesNano === null || feeNano === null ? null : feesNano + feeNano
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
  return { ...sums, billedMinor, returnedMinor, grossNano, feesNano }
}

function addTo(sums: Map<string, number>, currency: string, minor: number): void {
  sums.set(currency, (sums.get(currency) ?? 0) + minor)
}

/** As it was at its time; else by a rate of then that was told later. */
function grossNanoOf(bill: BilledBooks, rates: readonly DatedRate[]): number | null {
  if (bill.amount === null) return 0
  return bill.usdNano ?? nanoUsdOf(bill.amount, ratesAt(rates, bill.createdMs))
}

/** The same of what was kept of it. */
function feeNanoOf(bill: BilledBooks, rates: readonly DatedRate[]): number | null {
  return bill.feeNano ?? nanoUsdOfAll(bill.feesWithoutRate, ratesAt(rates, bill.createdMs))
}

/** The currencies of a bill that have no rate. */
export function missingRates(bill: BilledBooks, rates: readonly DatedRate[]): string[] {
  const ofAmount = bill.amount === null || grossNanoOf(bill, rates) !== null ? [] : [bill.amount]
  const then = ratesAt(rates, bill.createdMs)
  const ofFees = bill.feesWithoutRate.filter(fee => nanoUsdOfAll([fee], then) === null)
  return [...ofAmount, ...ofFees].map(({ currency }) => currency)
}

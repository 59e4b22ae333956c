import { formatMoney, type Money } from './money.ts'

/** What a service paid out to the bank account of its user; or took from there, where the amount is negative. */
export interface PayoutFacts {
  readonly id: string
  readonly amountMinor: number
  readonly currency: string
  /** The service's word, such as `paid` or `in_transit`. */
  readonly state: string
  readonly isLive: boolean
  /** Made by the service in its turn; of one that its user made by hand it may not tell what it is made of. */
  readonly isAutomatic: boolean
  readonly atMs: number
  /** The day on which it is, or was, to be there. */
  readonly arrivesMs: number
}

/** One movement of money that a payout is made of; what goes out is negative. */
export interface PayoutEntry {
  readonly id: string
  readonly kind: 'payment' | 'refund' | 'dispute' | 'other'
  /** What the service calls it. */
  readonly what: string
  readonly amountMinor: number
  readonly feeMinor: number
  readonly netMinor: number
  readonly currency: string
  /** The service's ids of the payment that it is about, and of the refund or dispute; null where it is about none. */
  readonly paymentId: string | null
  readonly sourceId: string | null
}

/** A payout with what it is made of. */
export interface PayoutParts {
  readonly payout: PayoutFacts
  readonly entries: readonly PayoutEntry[]
}

/** What the books say of the payment of an entry. */
export interface BookedEntry {
  /** Ours. */
  readonly paymentId: string
  readonly amount: Money
  /** All that the service kept of it; null until it tells. */
  readonly fee: Money | null
  readonly refunds: readonly { readonly outsideId: string | null; readonly amountMinor: number }[]
  readonly disputes: readonly { readonly outsideId: string }[]
}

/** An entry beside the books; `wrong` is null where they agree, or it concerns no payment. */
export interface TiedEntry extends PayoutEntry {
  readonly booked: string | null
  readonly wrong: string | null
}

/** A payout explained: to the last unit, or what is not as it should be. */
export interface TieOut {
  readonly entries: readonly TiedEntry[]
  /** The sum of what its entries leave. */
  readonly sumMinor: number
  /** Of the payout over that sum: 0 where it is explained. */
  readonly differenceMinor: number
}

/** Holds a payout against its entries, and each entry against the books. */
export function tieOut(
  { payout, entries }: PayoutParts,
  bookedOf: (entry: PayoutEntry) => BookedEntry | null,
): TieOut {
  const sumMinor = entries.reduce((sum, { netMinor }) => sum + netMinor, 0)
  return {
    entries: entries.map(entry => {
      const booked = bookedOf(entry)
      const wrong = flawOf(entry, payout.currency) ?? differenceOf(entry, booked)
      return { ...entry, booked: booked?.paymentId ?? null, wrong }
    }),
    sumMinor,
    differenceMinor: payout.amountMinor - sumMinor,
  }
}

function flawOf({ amountMinor, feeMinor, netMinor, currency }: PayoutEntry, paidIn: string): string | null {
  if (currency !== paidIn) return `it is in ${currency}, the payout in ${paidIn}`
  return amountMinor - feeMinor === netMinor ? null : 'its amount without its fee is not what it leaves'
}

function differenceOf(entry: PayoutEntry, booked: BookedEntry | null): string | null {
  if (entry.kind === 'other') return null
  if (booked === null) return 'its payment is not in the books'
  switch (entry.kind) {
    case 'payment':
      return paymentDifference(entry, booked)
    case 'refund': {
      const refund = booked.refunds.find(({ outsideId }) => outsideId === entry.sourceId)
      if (refund === undefined) return 'this refund is not in the books'
      return differs(entry, { ...booked.amount, minor: refund.amountMinor })
    }
    case 'dispute': {
      const isKnown = booked.disputes.some(({ outsideId }) => outsideId === entry.sourceId)
      return isKnown ? null : 'this dispute is not in the books'
    }
  }
}

function paymentDifference(entry: PayoutEntry, { amount, fee, disputes }: BookedEntry): string | null {
  const isOther = differs(entry, amount)
  if (isOther !== null) return isOther
  // What a dispute costs is an entry of its own.
  const isWhole = fee !== null && disputes.length === 0 && fee.currency === entry.currency
  if (!isWhole || fee.minor === entry.feeMinor) return null
  return `the books have a fee of ${formatMoney(fee)}, this is ${formatSigned(entry.feeMinor, entry.currency)}`
}

/** What was converted for the payout has another amount there. */
function differs({ amountMinor, currency }: PayoutEntry, booked: Money): string | null {
  if (currency !== booked.currency || Math.abs(amountMinor) === booked.minor) return null
  return `the books have ${formatMoney(booked)}, this is ${formatSigned(amountMinor, currency)}`
}

/** `-15.00 USD`: an amount that may go either way. */
export function formatSigned(minor: number, currency: string): string {
  return `${minor < 0 ? '-' : ''}${formatMoney({ minor: Math.abs(minor), currency })}`
}

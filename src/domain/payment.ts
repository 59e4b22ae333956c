import type { Money } from './money.ts'

/** A link that was made. */
export interface MadeLink {
  readonly id: string
  /** Where the client pays. */
  readonly url: string
  readonly isLive: boolean
}

/**
 * `open`: it can be paid. `approved`: the client said yes, and the money waits to be captured. `pending`: it was paid by
 * a way that takes days, and may still fail. `paid`: the money was taken. `closed`: it cannot be paid, and was not.
 * `expired`: nobody paid it in the time that the service gives.
 */
export type PayState = 'open' | 'approved' | 'pending' | 'paid' | 'closed' | 'expired'

/** How it stands with a link. */
export interface LinkState extends MadeLink {
  readonly state: PayState
  /** What was taken at it, or is on its way; more than one where it was paid twice. */
  readonly payments: readonly PaymentFacts[]
  /** Why the last try to pay at it was refused, in the service's words; null where none was. */
  readonly refusal: string | null
}

/** All that the service knows of one payment now: what the books say of it follows from this alone. */
export interface PaymentFacts {
  /** The service's id of the payment itself. */
  readonly id: string
  readonly isLive: boolean
  readonly amount: Money
  readonly state: 'pending' | 'paid' | 'failed'
  /** The service's id of the link at which it was paid; null where it was paid otherwise, or that is not known. */
  readonly linkId: string | null
  /** Our ids that are kept with it; empty for a payment that we did not ask for. */
  readonly ids: Readonly<Record<string, string>>
  /** What the service kept, in the currency that it pays out; null until it tells. */
  readonly fee: Money | null
  /** When it was paid, or begun. */
  readonly atMs: number
  readonly refunds: readonly RefundFacts[]
  readonly disputes: readonly DisputeFacts[]
}

/** Money that goes back. It counts until it is known to have failed. */
export interface RefundFacts {
  readonly id: string
  /** In the currency of the payment. */
  readonly amount: Money
  readonly state: 'pending' | 'succeeded' | 'failed'
  /** Our id of it, kept with it; null for one that was made outside. */
  readonly ours: string | null
  readonly reason: string | null
  readonly atMs: number
}

/** A client's bank wants the money back. `warning`: it only asks. `closed`: it ended without either side losing. */
export interface DisputeFacts {
  readonly id: string
  readonly amount: Money
  readonly state: 'warning' | 'needs_response' | 'under_review' | 'won' | 'lost' | 'closed'
  readonly reason: string
  /** Until when an answer is taken; null where none is asked for. */
  readonly dueMs: number | null
  readonly atMs: number
}

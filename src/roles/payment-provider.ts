import type { Money } from '../domain/money.ts'
import type { ServiceCall } from './task-source.ts'

/** A service that takes clients' payments. */
export interface Payments {
  readonly service: string
  /**
   * The account of this store, for one call; the first contact binds the store to it.
   * @throws AppError `config` where the credential opens another account, or the other mode; ServiceFailure where that
   *   is not known and the service does not tell
   */
  provider(call: ServiceCall): Promise<PaymentProvider>
}

/**
 * Takes payments by links: addresses at which a client pays once, on pages of the service. Every method may throw
 * `ServiceFailure`.
 */
export interface PaymentProvider {
  /** Whether its money is real. */
  readonly isLive: boolean
  /**
   * Makes the link of an order, or finds it made: there is one link of a key, however often it is asked for, by however
   * many processes, and whatever became of the answers. A key that was used for another amount is refused, `permanent`.
   */
  createLink(order: LinkOrder): Promise<MadeLink>
  /**
   * Closes a link and ends the visits that were begun at it, at which it could still be paid. What was paid before
   * stays paid: look at the state that is given back. Closing it again changes nothing. Where a service cannot end a
   * link, nothing is taken at it but by {@link capture}, which whoever closes it gives up: it is told as `closed`, and
   * `showLink` still tells what the service says.
   */
  closeLink(id: string): Promise<LinkState>
  /** How it stands with a link, asked of the service now. */
  showLink(id: string): Promise<LinkState>
  /**
   * Takes the money at a link that is `approved` and over this amount; null where a client's yes moves it by itself.
   * It is taken once, however often and under whatever key it is asked for, and whatever became of the answers: the
   * state that is given back says whether it was. What nobody approved, or the service refuses, is not taken. One over
   * another amount is refused, `permanent`.
   */
  readonly capture: ((id: string, key: string, amount: Money) => Promise<LinkState>) | null
  /** The payments that a thing of an event belongs to, and the links, as they stand now; see {@link Seen}. */
  look(thing: OutsideThing): Promise<Seen>
}

/** What an event of the service is about: a kind of its own, such as `charge`, and the id. */
export interface OutsideThing {
  readonly kind: string
  readonly id: string
}

/** What a thing turned out to concern; nothing where it is of a kind that moves no money. */
export interface Seen {
  /** The service's ids of links. */
  readonly links: readonly string[]
  readonly payments: readonly PaymentFacts[]
}

/** What is to be paid. */
export interface LinkOrder {
  /** Never changes, and names nothing else: at most 200 characters. */
  readonly key: string
  /** One for which `whyNoLink` has nothing to say. */
  readonly amount: Money
  /** What is paid for, as the client sees it. */
  readonly title: string
  /** Our ids by their kind, such as `bill`; kept with the link and with its payment. */
  readonly ids: Readonly<Record<string, string>>
  /** Whether it was asked for before and may have been made: then it is looked for first. */
  readonly mayBeMade: boolean
}

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

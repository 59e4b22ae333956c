import type { Money } from '../domain/money.ts'
import type { LinkState, MadeLink, PaymentFacts, RefundFacts } from '../domain/payment.ts'
import type { ListReach, Span } from '../domain/coverage.ts'
import type { Listed } from '../domain/listed-payment.ts'
import type { WebhookEvent } from '../domain/webhook.ts'
import type { PayoutFacts, PayoutParts } from '../domain/payout.ts'
import type { ServiceCall } from './task-source.ts'
import type { WebhookReader } from './webhook-reader.ts'

/** A service that takes clients' payments. */
export interface Payments {
  readonly service: string
  /**
   * The account of this store, for one call; the first contact binds the store to it.
   * @throws AppError `config` where the credential opens another account, or the other mode; ServiceFailure where that
   *   is not known and the service does not tell
   */
  provider(call: ServiceCall): Promise<PaymentProvider>
  /** What its webhooks are judged by; null where nothing is set up for that. */
  readonly webhooks: WebhookReader | null
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
  /** How it stands with a link, asked of the service now. One that it does not know is over. */
  showLink(id: string): Promise<LinkState>
  /**
   * Takes the money at a link that is `approved` and over this amount; null where a client's yes moves it by itself.
   * It is taken once, however often and under whatever key it is asked for, and whatever became of the answers: the
   * state that is given back says whether it was. What nobody approved, or the service refuses, is not taken. One over
   * another amount is refused, `permanent`.
   */
  readonly capture: ((id: string, key: string, amount: Money) => Promise<LinkState>) | null
  /**
   * Gives money of a payment back. One refund is made of an order, however often and by however many processes it is
   * asked for, whatever became of the answers, and also weeks later. What the service will not give back is refused,
   * `permanent`, and then nothing was; so is a key that was used for another amount.
   */
  refund(order: RefundOrder): Promise<RefundFacts>
  /** A payment as it stands now, by the service's id of it; null where nothing came of it, or it is not known there. */
  showPayment(id: string): Promise<PaymentFacts | null>
  /** What it paid out; null where the service does not tell what a payout is made of. */
  readonly payouts: Payouts | null
  /** Its events, for those that no webhook told of; null where it keeps no list of them. */
  readonly events: EventList | null
  /** Payments, refunds and disputes themselves: what no event told of stands there too. */
  readonly movements: MovementList
  /** The payments that a thing of an event belongs to, and the links, as they stand now; see {@link Seen}. */
  look(thing: OutsideThing): Promise<Seen>
}

/** Events of a service. */
export interface EventList extends ListReach {
  /** Those that happened in a span, a page at a time, in no order that counts; as webhooks tell of them. */
  in(span: Span): AsyncIterable<readonly WebhookEvent[]>
}

/** Money that moved, as a service lists it. */
export interface MovementList extends ListReach {
  /**
   * Payments that were begun, refunds that were made, and disputes that were opened or changed in a span, a page at a
   * time, in no order that counts. Of a payment that was never tried nothing is told.
   */
  in(span: Span): AsyncIterable<readonly Listed[]>
}

/** What a service paid out to a bank account, and of what it is made. */
export interface Payouts {
  /** The newest first. */
  list(limit: number): Promise<readonly PayoutFacts[]>
  /** One with all of its entries; null where the service knows none. */
  show(id: string): Promise<PayoutParts | null>
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

/** What is to be given back. */
export interface RefundOrder {
  /** Never changes, and names nothing else: at most 100 characters. */
  readonly key: string
  /** The service's id of the payment. */
  readonly paymentId: string
  /** In the currency of the payment. */
  readonly amount: Money
  /** Why, in the operator's words: the client is not shown it. */
  readonly reason: string
  /** Our id of the refund, which is kept with it. */
  readonly ours: string
  /** Whether it was asked for before and may have been made: then it is looked for first. */
  readonly mayBeMade: boolean
}

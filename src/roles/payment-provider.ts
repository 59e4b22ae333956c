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
   * stays paid: look at the state that is given back. Closing it again changes nothing.
   */
  closeLink(id: string): Promise<LinkState>
  /** How it stands with a link, asked of the service now. */
  showLink(id: string): Promise<LinkState>
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
 * `open`: it can be paid. `pending`: it was paid by a way that takes days, and may still fail. `paid`: the money was
 * taken. `closed`: it cannot be paid, and was not.
 */
export type PayState = 'open' | 'pending' | 'paid' | 'closed'

/** How it stands with a link. */
export interface LinkState extends MadeLink {
  readonly state: PayState
  /** What was taken at it, or is on its way; more than one where it was paid twice. */
  readonly payments: readonly LinkPayment[]
}

/** A payment at a link. */
export interface LinkPayment {
  /** The service's id of the payment itself. */
  readonly id: string
  readonly amount: Money
  readonly state: 'pending' | 'paid'
}

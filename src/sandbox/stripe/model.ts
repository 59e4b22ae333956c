/**
 * What the stand-in stores: objects in the shape of the API, of which those fields are named that it works with.
 * `looks.ts` has the rest of what they show, and which fields are never shown.
 */
import type { JsonObject } from '../lib/json.ts'

/** Names with texts. */
export type Metadata = Readonly<Record<string, string>>

/** One line of a link or a session. */
export interface LineItem extends JsonObject {
  readonly amount_total: number
  readonly currency: string
  readonly description: string
  readonly quantity: number
}

/** What a payment is given by the link that begins it. */
export interface PaymentData extends JsonObject {
  readonly description: string | null
  readonly metadata: Metadata
}

/** An amount in the smallest unit of a currency. */
interface Money {
  readonly amount: number
  readonly currency: string
}

/** How a dispute stands. */
export type DisputeStatus =
  | 'warning_needs_response'
  | 'warning_under_review'
  | 'warning_closed'
  | 'needs_response'
  | 'under_review'
  | 'appeal_needs_response'
  | 'appeal_under_review'
  | 'won'
  | 'lost'

/** The fields by kind; kinds have the names of their objects. */
export interface Fields {
  /** A link that may be opened many times. */
  readonly payment_link: {
    readonly active: boolean
    readonly currency: string
    readonly lines: readonly LineItem[]
    readonly metadata: Metadata
    readonly payment_intent_data: PaymentData | null
    readonly restrictions: {
      readonly completed_sessions: { readonly count: number; readonly limit: number }
    } | null
    readonly url: string
  }
  /** One visit to the page where a person pays. */
  readonly 'checkout.session': {
    readonly amount_total: number
    readonly currency: string
    readonly expires_at: number
    readonly lines: readonly LineItem[]
    readonly metadata: Metadata
    readonly payment_intent: string | null
    readonly payment_link: string
    readonly payment_status: 'unpaid' | 'paid' | 'no_payment_required'
    readonly status: 'open' | 'complete' | 'expired'
    readonly url: string | null
  }
  /** A payment, tried as often as it takes. */
  readonly payment_intent: Money & {
    readonly description: string | null
    readonly latest_charge: string | null
    readonly metadata: Metadata
    readonly receipt_email: string | null
    readonly status: 'requires_payment_method' | 'processing' | 'succeeded' | 'canceled'
  }
  /** One attempt. */
  readonly charge: Money & {
    readonly amount_refunded: number
    readonly balance_transaction: string | null
    readonly disputed: boolean
    readonly metadata: Metadata
    /** The method it was paid by, which says what becomes of its refunds. */
    readonly method: string
    readonly payment_intent: string
    readonly payment_method: string
    readonly refunded: boolean
    readonly status: 'succeeded' | 'pending' | 'failed'
  }
  /** Money given back. */
  readonly refund: Money & {
    readonly charge: string
    readonly metadata: Metadata
    readonly payment_intent: string
    readonly status: 'pending' | 'succeeded' | 'failed'
  }
  /** Money a bank takes back, or asks after. */
  readonly dispute: Money & {
    readonly balance_transactions: readonly JsonObject[]
    readonly charge: string
    readonly evidence_details: JsonObject
    readonly payment_intent: string
    readonly status: DisputeStatus
  }
  /** A change of the balance; `payout` is the one it went into. */
  readonly balance_transaction: Money & {
    readonly fee: number
    readonly net: number
    readonly payout: string | null
    readonly source: string
    readonly type: string
  }
  /** Money sent to the bank. */
  readonly payout: Money & {
    readonly status: 'in_transit' | 'paid'
  }
  /** What happened to an object. */
  readonly event: {
    readonly data: { readonly object: JsonObject }
    readonly pending_webhooks: number
    readonly type: string
  }
  /** Where webhooks go: whole objects, or thin ones that only say what to fetch. */
  readonly webhook_endpoint: {
    readonly enabled_events: readonly string[]
    readonly payload: 'snapshot' | 'thin'
    readonly secret: string
    readonly url: string
  }
}

/** The name of a kind. */
export type Kind = keyof Fields

/** A stored object. */
export type Stored<K extends Kind = Kind> = JsonObject & {
  readonly id: string
  readonly object: string
  readonly created: number
  readonly livemode: boolean
} & Fields[K]

/** All of them. */
export type Kinds = { readonly [K in Kind]: Stored<K> }

/** A link. */
export type PaymentLink = Stored<'payment_link'>
/** A visit. */
export type Session = Stored<'checkout.session'>
/** A payment. */
export type PaymentIntent = Stored<'payment_intent'>
/** An attempt. */
export type Charge = Stored<'charge'>
/** Money given back. */
export type Refund = Stored<'refund'>
/** Money taken back. */
export type Dispute = Stored<'dispute'>
/** Money sent to the bank. */
export type Payout = Stored<'payout'>
/** An address for webhooks. */
export type Endpoint = Stored<'webhook_endpoint'>

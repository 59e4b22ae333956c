/**
 * What the stand-in stores: objects in the shape of the API, of which those fields are named that it works with. What
 * stands under `own` is the stand-in's and never shown.
 */
import type { JsonObject } from '../lib/json.ts'

/** Names with texts. */
export type Metadata = Readonly<Record<string, string>>

/** What every object has. */
export interface Stored extends JsonObject {
  readonly id: string
  readonly object: string
  readonly created: number
  readonly livemode: boolean
}

/** What is for sale. */
export interface Product extends Stored {
  readonly name: string
  readonly active: boolean
  readonly metadata: Metadata
}

/** What it costs. */
export interface Price extends Stored {
  readonly currency: string
  readonly unit_amount: number
  readonly product: string
  readonly active: boolean
}

/** One line of a link or a session. */
export interface LineItem extends JsonObject {
  readonly id: string
  readonly amount_total: number
  readonly currency: string
  readonly description: string | null
  readonly quantity: number
}

/** A link that may be opened many times. */
export interface PaymentLink extends Stored {
  readonly active: boolean
  readonly currency: string
  readonly url: string
  readonly metadata: Metadata
  readonly after_completion: JsonObject
  readonly inactive_message: string | null
  readonly payment_intent_data: PaymentData | null
  readonly restrictions: {
    readonly completed_sessions: { readonly count: number; readonly limit: number }
  } | null
  readonly own: { readonly lines: readonly LineItem[] }
}

/** What a payment begun by a link or session is given. */
export interface PaymentData extends JsonObject {
  readonly description: string | null
  readonly metadata: Metadata
  readonly statement_descriptor: string | null
  readonly statement_descriptor_suffix: string | null
}

/** One visit to the page where a person pays. */
export interface Session extends Stored {
  readonly status: 'open' | 'complete' | 'expired'
  readonly payment_status: 'unpaid' | 'paid' | 'no_payment_required'
  readonly amount_total: number
  readonly currency: string
  readonly expires_at: number
  readonly payment_intent: string | null
  readonly payment_link: string | null
  readonly success_url: string | null
  readonly cancel_url: string | null
  readonly customer_email: string | null
  readonly metadata: Metadata
  readonly url: string | null
  readonly own: { readonly lines: readonly LineItem[]; readonly data: PaymentData | null }
}

/** A payment, tried as often as it takes. */
export interface PaymentIntent extends Stored {
  readonly status:
    'requires_payment_method' | 'requires_confirmation' | 'processing' | 'succeeded' | 'canceled'
  readonly amount: number
  readonly currency: string
  readonly description: string | null
  readonly metadata: Metadata
  readonly capture_method: string
  readonly latest_charge: string | null
  readonly payment_method: string | null
  readonly receipt_email: string | null
  readonly shipping: JsonObject | null
  readonly statement_descriptor: string | null
  readonly statement_descriptor_suffix: string | null
}

/** One attempt. */
export interface Charge extends Stored {
  readonly status: 'succeeded' | 'pending' | 'failed'
  readonly amount: number
  readonly amount_refunded: number
  readonly currency: string
  readonly payment_intent: string
  readonly payment_method: string
  readonly balance_transaction: string | null
  readonly disputed: boolean
  readonly refunded: boolean
  /** The method it was paid by, which says what becomes of its refunds. */
  readonly own: { readonly method: string }
}

/** Money given back. */
export interface Refund extends Stored {
  readonly status: 'pending' | 'succeeded' | 'failed'
  readonly amount: number
  readonly currency: string
  readonly charge: string
  readonly payment_intent: string
  readonly metadata: Metadata
}

/** Money a bank takes back, or asks after. */
export interface Dispute extends Stored {
  readonly status: DisputeStatus
  readonly amount: number
  readonly currency: string
  readonly charge: string
  readonly evidence: JsonObject
  readonly evidence_details: DisputeDetails
  readonly balance_transactions: readonly JsonObject[]
  readonly metadata: Metadata
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

/** By when evidence is due, and what was sent. */
export interface DisputeDetails extends JsonObject {
  readonly due_by: number | null
  readonly has_evidence: boolean
  readonly past_due: boolean
  readonly submission_count: number
}

/** A change of the balance. */
export interface BalanceTransaction extends Stored {
  readonly amount: number
  readonly fee: number
  readonly net: number
  readonly currency: string
  readonly type: string
  readonly source: string
  readonly available_on: number
  readonly status: 'pending' | 'available'
  /** The payout it went into. */
  readonly own: { readonly payout: string | null }
}

/** Money sent to the bank. */
export interface Payout extends Stored {
  readonly status: 'in_transit' | 'paid' | 'failed'
  readonly amount: number
  readonly currency: string
}

/** What happened to an object. */
export interface StripeEvent extends Stored {
  readonly type: string
  readonly pending_webhooks: number
  /** Whether all of its webhooks have arrived. */
  readonly own: { readonly delivered: boolean }
}

/** What a webhook brings: whole objects, or only what to fetch. */
export type Payload = 'snapshot' | 'thin'

/** Where webhooks go. */
export interface Endpoint extends Stored {
  readonly url: string
  readonly status: 'enabled' | 'disabled'
  readonly enabled_events: readonly string[]
  readonly own: { readonly secret: string; readonly payload: Payload }
}

/** All kinds by the name of their object. */
export interface Kinds {
  readonly product: Product
  readonly price: Price
  readonly payment_link: PaymentLink
  readonly 'checkout.session': Session
  readonly payment_intent: PaymentIntent
  readonly charge: Charge
  readonly refund: Refund
  readonly dispute: Dispute
  readonly balance_transaction: BalanceTransaction
  readonly payout: Payout
  readonly event: StripeEvent
  readonly 'v2.core.event': Stored
  readonly webhook_endpoint: Endpoint
}

/** The name of a kind. */
export type Kind = keyof Kinds

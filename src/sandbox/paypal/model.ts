/** What the stand-in stores. Amounts are in the smallest unit of their currency, times in milliseconds since 1970. */
import type { JsonObject } from '../lib/json.ts'

/** What all that is about money has. */
interface Paid {
  readonly id: string
  readonly minor: number
  readonly currency: string
  readonly createdMs: number
  readonly updatedMs: number
}

/** What is to be paid, from its making to its capture. */
export interface Order extends Paid {
  readonly status: 'CREATED' | 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'COMPLETED'
  /** The one purchase unit, as it was given. */
  readonly unit: JsonObject
  /** Whether it was made for the wallet by name (`payment_source.paypal`). */
  readonly isWallet: boolean
  /** Where the payer is sent back to, beside other wishes. */
  readonly context: JsonObject
  /** The token of who approved it; null before. */
  readonly payer: string | null
  readonly captureId: string | null
}

/** A payment that was taken. */
export interface Capture extends Paid {
  readonly orderId: string
  readonly status: 'COMPLETED' | 'PENDING' | 'DECLINED' | 'PARTIALLY_REFUNDED' | 'REFUNDED'
  /** Why it is pending. */
  readonly reason: string | null
  readonly fee: number
  readonly refunded: number
  /** The merchant's `invoice_id` and `custom_id`, where given. */
  readonly ids: JsonObject
  readonly payer: string
}

/** Money given back, by the merchant or, as a reversal, by PayPal or a bank. */
export interface Refund extends Paid {
  readonly captureId: string
  readonly status: 'COMPLETED' | 'PENDING' | 'FAILED' | 'CANCELLED'
  /** What had been refunded of the capture after this one. */
  readonly total: number
  /** As those of a capture, and `note_to_payer`. */
  readonly ids: JsonObject
}

/** A payer's complaint. */
export interface Dispute extends Paid {
  readonly captureId: string
  readonly stage: 'INQUIRY' | 'CHARGEBACK'
  readonly channel: 'INTERNAL' | 'EXTERNAL'
  readonly status: 'WAITING_FOR_SELLER_RESPONSE' | 'UNDER_REVIEW' | 'RESOLVED'
  readonly state: 'REQUIRED_ACTION' | 'UNDER_PAYPAL_REVIEW' | 'APPEALABLE' | 'RESOLVED'
  readonly outcome: string | null
  readonly hasAppealed: boolean
  /** Whether the money is held, though not yet gone. */
  readonly isHeld: boolean
  /** The refund by which it is gone. */
  readonly reversalId: string | null
  /** When the merchant must have answered. */
  readonly dueMs: number | null
}

/** Money that moved, as transaction search lists it. */
export interface Row {
  readonly id: string
  readonly transactionId: string
  /** PayPal's code of the kind of transaction, such as T0006 for a payment. */
  readonly code: string
  readonly minor: number
  readonly fee: number
  readonly currency: string
  /** The order (ODR) or transaction (TXN) that it belongs to. */
  readonly reference: { readonly id: string; readonly type: 'ODR' | 'TXN' } | null
  readonly ids: JsonObject
  readonly payer: string | null
  readonly createdMs: number
  /** Its states (P pending, S success, D denied, V reversed) with their times, oldest first. */
  readonly states: readonly { readonly status: string; readonly atMs: number }[]
}

/** An event, whose body its webhooks have. */
interface Event {
  readonly id: string
  readonly type: string
  readonly createdMs: number
}

/** Where webhooks go, and which types of events; `*` for all. */
export interface Endpoint {
  readonly id: string
  readonly url: string
  readonly types: readonly string[]
}

/** All kinds, by name; a token is one of access. */
export type Kinds = {
  readonly order: Order
  readonly capture: Capture
  readonly refund: Refund
  readonly dispute: Dispute
  readonly row: Row
  readonly endpoint: Endpoint
  readonly event: Event
  readonly token: { readonly id: string; readonly endMs: number }
}

/** By what lists of each kind are narrowed. */
export const NARROWED_BY = {
  capture: ['ids.invoice_id'],
  refund: ['captureId'],
  dispute: ['captureId'],
  row: ['createdMs'],
}

/** One of the people who pay. */
export interface Payer {
  readonly token: string
  readonly label: string
  readonly id: string
  readonly name: string
  /** How a capture ends: `ECHECK` and `PENDING_REVIEW` are pending until somebody decides. */
  readonly capture: 'COMPLETED' | 'ECHECK' | 'PENDING_REVIEW' | 'DECLINED'
  /** Whether a refund takes days. */
  readonly isRefundSlow: boolean
}

/** All of them; the first is the usual one. */
export const PAYERS: readonly [Payer, ...Payer[]] = [
  payer('ana', 'Pay with the balance', 'COMPLETED'),
  payer('ben', 'Pay by eCheck, which takes days', 'ECHECK'),
  payer('cara', 'Pay; PayPal looks at it first', 'PENDING_REVIEW'),
  payer('dan', 'Pay with a card that is declined', 'DECLINED'),
  payer('eva', 'Pay from a bank; a refund takes days', 'COMPLETED', true),
]

function payer(token: string, label: string, capture: Payer['capture'], isRefundSlow = false): Payer {
  const name = `${token.charAt(0).toUpperCase()}${token.slice(1)}`
  return { token, label, id: `BUYER2${token.toUpperCase()}`.padEnd(13, 'X'), name, capture, isRefundSlow }
}

/** The payer of a token. */
export function payerOf(token: string | null): Payer | undefined {
  return PAYERS.find(one => one.token === token)
}

/** The ways to pay: Stripe's own test cards and a bank debit, each with what becomes of the money. */
import type { JsonObject } from '../lib/json.ts'
import { nulls } from './looks.ts'

/** One of them. */
export interface Method {
  /** Stripe's name of the test card, as `payment_method` takes it. */
  readonly token: string
  /** What the pay page says of it. */
  readonly label: string
  /** The money of a bank account comes, or not, days later. */
  readonly type: 'card' | 'us_bank_account'
  readonly last4: string
  /** Why the bank refuses it; it does not if left out. */
  readonly decline?: Decline
  /** What the bank does right after the payment. */
  readonly next?: 'dispute' | 'inquiry'
  /** What becomes of refunds; they succeed if left out. */
  readonly refund?: 'pending'
}

/** Why a bank refused. */
export interface Decline {
  readonly code: string
  readonly decline_code: string
  readonly message: string
}

/** All, the usual one first. */
export const METHODS: readonly [Method, ...Method[]] = [
  card('pm_card_visa', 'Pay by card', '4242'),
  {
    token: 'pm_usBankAccount_processing',
    label: 'Pay by bank debit, which takes days',
    type: 'us_bank_account',
    last4: '6789',
  },
  card('pm_card_chargeDeclined', 'Pay by a card that is declined', '0002', {
    decline: declined('generic_decline', 'Your card was declined.'),
  }),
  card('pm_card_chargeDeclinedInsufficientFunds', 'Pay by a card without enough money', '9995', {
    decline: declined('insufficient_funds', 'Your card has insufficient funds.'),
  }),
  card('pm_card_createDispute', 'Pay, and dispute it at once', '0259', { next: 'dispute' }),
  card('pm_card_createDisputeInquiry', 'Pay, and have the bank inquire at once', '1976', { next: 'inquiry' }),
  card('pm_card_pendingRefund', 'Pay by a card whose refunds wait', '7726', { refund: 'pending' }),
]

function card(token: string, label: string, last4: string, more: Partial<Method> = {}): Method {
  return { token, label, type: 'card', last4, ...more }
}

function declined(decline_code: string, message: string): Decline {
  return { code: 'card_declined', decline_code, message }
}

/** The method of that name; declined cards have a second one, with their brand. */
export function methodOf(token: string): Method | undefined {
  const name = token.replace('pm_card_visa_', 'pm_card_')
  return METHODS.find(method => method.token === name)
}

/** What a charge says of its method. */
export function methodDetails({ type, last4 }: Method): JsonObject {
  if (type === 'us_bank_account') {
    const fields = 'account_holder_type account_type bank_name fingerprint payment_reference routing_number'
    return { type, us_bank_account: { ...nulls(fields), last4 } }
  }
  const fields =
    'amount_authorized authorization_code checks country electronic_commerce_indicator fingerprint funding installments mandate network network_transaction_id regulated_status three_d_secure transaction_link_id wallet'
  return { type, card: { ...nulls(fields), brand: 'visa', exp_month: 12, exp_year: 2034, last4 } }
}

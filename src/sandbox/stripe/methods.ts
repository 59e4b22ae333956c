/** The ways to pay: Stripe's own test cards and a bank debit, each with what becomes of the money. */
import type { JsonObject } from '../lib/json.ts'

/** One of them. */
export interface Method {
  /** Stripe's name of the test card, as `payment_method` takes it. */
  readonly token: string
  /** What the pay page says of it. */
  readonly label: string
  readonly type: 'card' | 'us_bank_account'
  readonly brand: string
  readonly last4: string
  /** `processing`: the money comes, or not, days later. */
  readonly outcome: 'succeeds' | 'declines' | 'processing'
  readonly decline?: { readonly code: string; readonly decline_code: string; readonly message: string }
  /** What the bank does right after the payment. */
  readonly next?: 'dispute' | 'inquiry'
  /** What becomes of refunds; they succeed if left out. */
  readonly refund?: 'pending' | 'fails'
}

const VISA = { type: 'card', brand: 'visa', outcome: 'succeeds' } as const
const DECLINED = { type: 'card', brand: 'visa', outcome: 'declines' } as const

/** All, the usual one first. */
export const METHODS: readonly Method[] = [
  { ...VISA, token: 'pm_card_visa', label: 'Visa', last4: '4242' },
  { ...VISA, token: 'pm_card_mastercard', label: 'Mastercard', brand: 'mastercard', last4: '4444' },
  {
    ...DECLINED,
    token: 'pm_card_chargeDeclined',
    label: 'Visa that is declined',
    last4: '0002',
    decline: { code: 'card_declined', decline_code: 'generic_decline', message: 'Your card was declined.' },
  },
  {
    ...DECLINED,
    token: 'pm_card_chargeDeclinedInsufficientFunds',
    label: 'Visa without enough money',
    last4: '9995',
    decline: {
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
    },
  },
  {
    ...DECLINED,
    token: 'pm_card_chargeDeclinedExpiredCard',
    label: 'Visa that has expired',
    last4: '0069',
    decline: { code: 'expired_card', decline_code: 'expired_card', message: 'Your card has expired.' },
  },
  {
    ...VISA,
    token: 'pm_card_createDispute',
    label: 'Visa, disputed at once',
    last4: '0259',
    next: 'dispute',
  },
  {
    ...VISA,
    token: 'pm_card_createDisputeInquiry',
    label: 'Visa, with an inquiry at once',
    last4: '1976',
    next: 'inquiry',
  },
  {
    ...VISA,
    token: 'pm_card_pendingRefund',
    label: 'Visa whose refunds wait',
    last4: '7726',
    refund: 'pending',
  },
  { ...VISA, token: 'pm_card_refundFail', label: 'Visa whose refunds fail', last4: '5126', refund: 'fails' },
  {
    token: 'pm_usBankAccount_processing',
    label: 'Bank debit, days until the money comes',
    type: 'us_bank_account',
    brand: 'STRIPE TEST BANK',
    last4: '6789',
    outcome: 'processing',
  },
]

/** The method of that name; declined cards have a second one, with their brand. */
export function methodOf(token: string): Method | undefined {
  const name = token.replace('pm_card_visa_', 'pm_card_')
  return METHODS.find(method => method.token === name)
}

/** What a charge says of its method. */
export function methodDetails(method: Method, amount: number): JsonObject {
  if (method.type === 'us_bank_account') {
    const bank = { account_holder_type: 'individual', account_type: 'checking', bank_name: method.brand }
    const more = { fingerprint: null, last4: method.last4, payment_reference: null }
    return { type: method.type, us_bank_account: { ...bank, ...more, routing_number: '110000000' } }
  }
  return {
    type: 'card',
    card: {
      amount_authorized: method.outcome === 'declines' ? null : amount,
      authorization_code: null,
      brand: method.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      electronic_commerce_indicator: null,
      exp_month: 12,
      exp_year: 2034,
      fingerprint: `sandbox${method.last4}`,
      funding: 'credit',
      installments: null,
      last4: method.last4,
      mandate: null,
      network: method.brand,
      network_token: { used: false },
      network_transaction_id: null,
      regulated_status: 'unregulated',
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
  }
}

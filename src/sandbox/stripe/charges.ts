/** Charges: one attempt at a payment each, and how the network answered. */
import type { JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { newId, newObject, type Act } from './account.ts'
import { textOf } from './balance.ts'
import { atPath, listed, listShape, type MakeRoute } from './call.ts'
import { methodDetails, type Method } from './methods.ts'
import type { Charge, PaymentIntent } from './model.ts'
import { TEXT } from './params.ts'

/** The charge of an attempt, before anybody knows how it ends. `payer` is what is known of who pays. */
export function newCharge(act: Act, intent: PaymentIntent, method: Method, payer: JsonObject): Charge {
  const head = newObject(act, 'charge', method.type === 'card' ? 'ch' : 'py')
  return {
    ...head,
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { address: NO_ADDRESS, email: null, name: null, phone: null, tax_id: null, ...payer },
    calculated_statement_descriptor: 'SANDBOX',
    captured: false,
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: null,
    paid: false,
    payment_intent: intent.id,
    payment_method: newId('pm'),
    payment_method_details: methodDetails(method, intent.amount),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: `${act.origin}/pay/receipts/${head.id}`,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: 'pending',
    transfer_data: null,
    transfer_group: null,
    own: { method: method.token },
  }
}

const NO_ADDRESS = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null }

/** What the network said of it. */
export function outcomeOf(method: Method): JsonObject {
  const none = { advice_code: null, network_advice_code: null, network_decline_code: null }
  if (method.outcome !== 'declines') {
    const message = 'Payment complete.'
    return {
      ...none,
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'normal',
      risk_score: 12,
      seller_message: message,
      type: 'authorized',
    }
  }
  return {
    ...none,
    network_status: 'declined_by_network',
    reason: method.decline?.decline_code ?? null,
    risk_level: 'normal',
    risk_score: 12,
    seller_message: 'The bank did not return any further details with this decline.',
    type: 'issuer_declined',
  }
}

/** The routes. */
export function chargeRoutes(route: MakeRoute): readonly Route[] {
  const filters = listShape({ payment_intent: TEXT }, 'customer transfer_group')
  return [
    route('GET', '/v1/charges', filters, call => {
      const { payment_intent } = call.params
      return listed(call, 'charge', '/v1/charges', { where: textOf({ payment_intent }) })
    }),
    route('GET', '/v1/charges/{id}', { rules: {} }, call => atPath(call, 'charge')),
  ]
}

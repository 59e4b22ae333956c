/** Payment intents and their charges: a payment, and each attempt at it. */
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { emit, newId, newObject, secondsOf, type Account, type Act } from './account.ts'
import { book } from './balance.ts'
import { atPath, listed, listShape, type Call, type MakeRoute, type Refusal } from './call.ts'
import { newCharge, outcomeOf } from './charges.ts'
import { disputeCharge } from './disputes.ts'
import { errorReply, refused } from './errors.ts'
import { methodOf, type Method } from './methods.ts'
import { changedMetadata, metadataIn } from './metadata.ts'
import type { Charge, Metadata, PaymentIntent } from './model.ts'
import { checkCharge, currencyIn, feeOf } from './money.ts'
import { AMOUNT, FLAG, METADATA, object, oneOf, required, TEXT, unknown, type Shape } from './params.ts'
import { expanded } from './expand.ts'

/** What a payment is begun with. */
export interface NewPayment {
  readonly amount: number
  readonly currency: string
  readonly description?: string | null
  readonly metadata: Metadata
  readonly receiptEmail?: string | null
  readonly shipping?: JsonObject | null
  readonly statementDescriptor?: string | null
  readonly statementSuffix?: string | null
}

/** Begins a payment. */
export function beginPayment(account: Account, act: Act, given: NewPayment): PaymentIntent {
  const head = newObject(act, 'payment_intent', 'pi')
  const intent: PaymentIntent = {
    ...head,
    allowed_payment_method_types: null,
    amount: given.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${head.id}_${newId('secret')}`,
    confirmation_method: 'automatic',
    currency: given.currency,
    customer: null,
    customer_account: null,
    description: given.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    managed_payments: null,
    metadata: given.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: given.receiptEmail ?? null,
    review: null,
    setup_future_usage: null,
    shipping: given.shipping ?? null,
    source: null,
    statement_descriptor: given.statementDescriptor ?? null,
    statement_descriptor_suffix: given.statementSuffix ?? null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  }
  account.store.add('payment_intent', intent)
  emit(account, act, 'payment_intent.created', intent)
  return intent
}

/**
 * One attempt to pay: the intent after it, which has succeeded, is processing (a bank debit), or asks for another way to
 * pay with the error of this one in `last_payment_error`.
 */
export function pay(
  account: Account,
  act: Act,
  intent: PaymentIntent,
  method: Method,
  payer: JsonObject = {},
): PaymentIntent {
  const charge = newCharge(act, intent, method, payer)
  account.store.add('charge', charge)
  const tried = { ...intent, latest_charge: charge.id, payment_method: charge.payment_method }
  if (method.outcome === 'declines') return declined(account, act, tried, charge, method)
  if (method.outcome === 'succeeds') return succeeded(account, act, tried, charge, method)
  const processing: PaymentIntent = { ...tried, status: 'processing' }
  account.store.put('payment_intent', processing)
  emit(account, act, 'charge.pending', charge)
  emit(account, act, 'payment_intent.processing', processing)
  return processing
}

/** The end of a payment that was processing: the money came, or did not. */
export function endProcessing(
  account: Account,
  act: Act,
  intent: PaymentIntent,
  how: 'succeeded' | 'failed',
): PaymentIntent {
  const charge = account.store.find('charge', intent.latest_charge ?? '')
  const method = methodOf(charge?.own.method ?? '')
  if (intent.status !== 'processing' || charge === undefined || method === undefined) {
    throw refused({ message: `The payment is ${intent.status}, not processing.` })
  }
  if (how === 'succeeded') return succeeded(account, act, intent, charge, method)
  return declined(account, act, intent, charge, { ...method, decline: BANK_REFUSED })
}

const BANK_REFUSED = {
  code: 'payment_method_provider_decline',
  decline_code: 'generic_decline',
  message: 'The bank refused the debit.',
}

function succeeded(
  account: Account,
  act: Act,
  intent: PaymentIntent,
  charge: Charge,
  method: Method,
): PaymentIntent {
  const { id: source, amount, currency, description } = { ...charge, description: intent.description }
  const type = method.type === 'card' ? 'charge' : 'payment'
  const { id } = book(account, act, {
    type,
    amount,
    fee: feeOf(amount, currency),
    currency,
    source,
    description,
  })
  const captured = { amount_captured: amount, captured: true, paid: true, outcome: outcomeOf(method) }
  const unbooked: Charge = { ...charge, ...captured, status: 'succeeded' }
  const paid: Charge = { ...unbooked, balance_transaction: id }
  const done: PaymentIntent = {
    ...intent,
    status: 'succeeded',
    amount_received: amount,
    last_payment_error: null,
  }
  account.store.put('charge', paid)
  account.store.put('payment_intent', done)
  // Captured asynchronously, as is the default: the first event does not know its balance transaction yet.
  emit(account, act, 'charge.succeeded', unbooked)
  emit(account, act, 'payment_intent.succeeded', done)
  emit(account, act, 'charge.updated', paid, { balance_transaction: null })
  if (method.next !== undefined) disputeCharge(account, act, paid, { inquiry: method.next === 'inquiry' })
  return done
}

function declined(
  account: Account,
  act: Act,
  intent: PaymentIntent,
  charge: Charge,
  method: Method,
): PaymentIntent {
  const { code, decline_code, message } = method.decline ?? BANK_REFUSED
  const failed: Charge = {
    ...charge,
    status: 'failed',
    failure_code: code,
    failure_message: message,
    outcome: outcomeOf(method),
  }
  const error = { type: 'card_error', code, decline_code, message, charge: charge.id }
  const waiting: PaymentIntent = {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: error,
  }
  account.store.put('charge', failed)
  account.store.put('payment_intent', waiting)
  emit(account, act, 'charge.failed', failed)
  emit(account, act, 'payment_intent.payment_failed', waiting)
  return waiting
}

/** Gives a payment up that was not made. */
export function cancelPayment(
  account: Account,
  act: Act,
  intent: PaymentIntent,
  reason: string | null,
): PaymentIntent {
  const canceled: PaymentIntent = {
    ...intent,
    status: 'canceled',
    canceled_at: secondsOf(act),
    cancellation_reason: reason,
  }
  account.store.put('payment_intent', canceled)
  emit(account, act, 'payment_intent.canceled', canceled)
  return canceled
}

const ADDRESS = object({
  city: TEXT,
  country: TEXT,
  line1: TEXT,
  line2: TEXT,
  postal_code: TEXT,
  state: TEXT,
})
const CREATE: Shape = {
  rules: {
    amount: required(AMOUNT),
    currency: required(TEXT),
    confirm: FLAG,
    description: TEXT,
    metadata: METADATA,
    payment_method: TEXT,
    // Gone from this version, and still sent by the command-line tool, which names none.
    payment_method_types: { type: 'list', of: TEXT },
    receipt_email: TEXT,
    return_url: TEXT,
    shipping: object({ address: ADDRESS, name: TEXT, phone: TEXT, carrier: TEXT, tracking_number: TEXT }),
    statement_descriptor: TEXT,
    statement_descriptor_suffix: TEXT,
  },
  others:
    'allowed_payment_method_types amount_details application_fee_amount automatic_payment_methods capture_method confirmation_method confirmation_token customer customer_account error_on_requires_action excluded_payment_method_types hooks mandate mandate_data off_session on_behalf_of payment_details payment_method_configuration payment_method_data payment_method_options radar_options setup_future_usage transfer_data transfer_group use_stripe_sdk',
}
const REASONS = oneOf('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned')

/** The routes. */
export function paymentRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/payment_intents'
  return [
    route('POST', path, CREATE, create),
    route('GET', path, listShape({}, 'customer customer_account'), call =>
      listed(call, 'payment_intent', path),
    ),
    route('GET', `${path}/{id}`, { rules: {} }, call => atPath(call, 'payment_intent')),
    route('POST', `${path}/{id}`, { rules: { metadata: METADATA, description: TEXT } }, update),
    route('POST', `${path}/{id}/confirm`, { rules: { payment_method: TEXT, return_url: TEXT } }, call =>
      confirm(call, atPath(call, 'payment_intent')),
    ),
    route('POST', `${path}/{id}/cancel`, { rules: { cancellation_reason: REASONS } }, cancel),
  ]
}

function create(call: Call): JsonObject | Refusal {
  const { account, act, params } = call
  if (call.isVersioned && params['payment_method_types'] !== undefined)
    throw unknown(['payment_method_types'])
  const currency = currencyIn(stringOf(params, 'currency') ?? '', 'currency')
  const amount = Number(params['amount'])
  checkCharge(amount, currency, 'amount')
  const intent = beginPayment(account, act, {
    amount,
    currency,
    metadata: metadataIn(params),
    description: stringOf(params, 'description') ?? null,
    receiptEmail: stringOf(params, 'receipt_email') ?? null,
    shipping: isObject(params['shipping']) ? params['shipping'] : null,
    statementDescriptor: stringOf(params, 'statement_descriptor') ?? null,
    statementSuffix: stringOf(params, 'statement_descriptor_suffix') ?? null,
  })
  if (params['confirm'] === true) return confirm(call, intent)
  if (params['payment_method'] === undefined) return intent
  const chosen: PaymentIntent = {
    ...intent,
    status: 'requires_confirmation',
    payment_method: methodIn(params).token,
  }
  account.store.put('payment_intent', chosen)
  return chosen
}

function methodIn(params: JsonObject, chosen: string | null = null): Method {
  const token = stringOf(params, 'payment_method') ?? chosen
  if (token === null) {
    throw refused({
      message:
        "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.",
      code: 'payment_intent_unexpected_state',
    })
  }
  const method = methodOf(token)
  if (method !== undefined) return method
  const message = `No such PaymentMethod: '${token}'`
  throw refused({ message, param: 'payment_method', code: 'resource_missing' })
}

function confirm({ account, act, params }: Call, intent: PaymentIntent): JsonObject | Refusal {
  if (intent.status !== 'requires_payment_method' && intent.status !== 'requires_confirmation') {
    const message = `You cannot confirm this PaymentIntent because it has already ${intent.status === 'processing' ? 'been confirmed' : intent.status} .`
    throw refused({ message: message.replace(' .', '.'), code: 'payment_intent_unexpected_state' })
  }
  const tried = pay(account, act, intent, methodIn(params, intent.payment_method))
  const error = tried['last_payment_error']
  if (!isObject(error)) return tried
  const parts = { ...error, message: stringOf(error, 'message') ?? '' }
  return { refusal: errorReply(402, { ...parts, payment_intent: expanded(account.store, tried, []) }) }
}

function update(call: Call): JsonObject {
  const intent = atPath(call, 'payment_intent')
  const changed = {
    ...intent,
    metadata: changedMetadata(intent.metadata, call.params),
    description: stringOf(call.params, 'description') ?? intent.description,
  }
  call.account.store.put('payment_intent', changed)
  return changed
}

function cancel(call: Call): JsonObject {
  const intent = atPath(call, 'payment_intent')
  if (intent.status === 'succeeded' || intent.status === 'canceled' || intent.status === 'processing') {
    throw refused({
      message: `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_reauthorization, requires_confirmation, requires_action, processing.`,
      code: 'payment_intent_unexpected_state',
    })
  }
  const reason = stringOf(call.params, 'cancellation_reason') ?? null
  return cancelPayment(call.account, call.act, intent, reason)
}

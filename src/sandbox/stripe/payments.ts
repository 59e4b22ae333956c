/** Payment intents and their charges: a payment, and each attempt at it. */
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { change, emit, make, newId, secondsOf, type Act } from './account.ts'
import { book } from './balance.ts'
import type { Call, MakeRoute, Refusal } from './call.ts'
import { disputeCharge } from './disputes.ts'
import { errorReply, refused } from './errors.ts'
import { readRoutes } from './lists.ts'
import { nulls, shown } from './looks.ts'
import { methodDetails, methodOf, type Decline, type Method } from './methods.ts'
import type { Charge, Metadata, PaymentIntent } from './model.ts'
import { checkCharge, currencyIn, feeOf } from './money.ts'
import { FLAG, integer, listOf, METADATA, metadataIn, object, required, TEXT, unknown } from './params.ts'

/** What a payment is begun with. */
export interface NewPayment extends JsonObject {
  readonly amount: number
  readonly currency: string
  readonly description: string | null
  readonly metadata: Metadata
}

/** Who pays, as the page asks for it. */
export interface Payer {
  readonly email: string | null
  readonly name: string | null
}

/** Begins a payment. */
export function beginPayment(act: Act, given: NewPayment): PaymentIntent {
  const id = newId('pi')
  const client_secret = `${id}_${newId('secret')}`
  return make(act, 'payment_intent', { ...given, id, client_secret }, 'payment_intent.created')
}

/**
 * One attempt to pay: the intent after it, which has succeeded, is processing (a bank debit), or asks for another way to
 * pay with the error of this one in `last_payment_error`.
 */
export function pay(
  act: Act,
  intent: PaymentIntent,
  method: Method,
  payer: Partial<Payer> = {},
): PaymentIntent {
  const charge = newCharge(act, intent, method, payer)
  const tried = { ...intent, latest_charge: charge.id, payment_method: charge.payment_method }
  if (method.decline !== undefined) return declined(act, tried, charge, method.decline)
  if (method.outcome === 'succeeds') return succeeded(act, tried, charge, method)
  emit(act, 'charge.pending', charge)
  return change(act, 'payment_intent', tried, { status: 'processing' }, 'payment_intent.processing')
}

/** The charge of an attempt, before anybody knows how it ends. */
function newCharge(act: Act, intent: PaymentIntent, method: Method, payer: Partial<Payer>): Charge {
  const { amount, currency, description, metadata, receipt_email, shipping } = intent
  const id = newId(method.type === 'card' ? 'ch' : 'py')
  const address = nulls('city country line1 line2 postal_code state')
  return make(act, 'charge', {
    id,
    amount,
    billing_details: { ...nulls('email name phone tax_id'), address, ...payer },
    currency,
    description,
    metadata,
    method: method.token,
    payment_intent: intent.id,
    payment_method: newId('pm'),
    payment_method_details: methodDetails(method),
    receipt_email,
    receipt_url: `${act.origin}/pay/receipts/${id}`,
    shipping,
  })
}

/** What the network said of an attempt. */
function outcome(type: string, network_status: string, reason: string | null): JsonObject {
  const others = nulls('advice_code network_advice_code network_decline_code seller_message')
  return { ...others, type, network_status, reason }
}

function succeeded(act: Act, intent: PaymentIntent, charge: Charge, method: Method): PaymentIntent {
  const { id: source, amount, currency } = charge
  const paid = {
    amount_captured: amount,
    captured: true,
    outcome: outcome('authorized', 'approved_by_network', null),
    paid: true,
    status: 'succeeded',
  } as const
  // Captured asynchronously, as is the default: the first event does not know its balance transaction yet.
  const captured = change(act, 'charge', charge, paid, 'charge.succeeded')
  const received = { amount_received: amount, last_payment_error: null, status: 'succeeded' } as const
  const done = change(act, 'payment_intent', intent, received, 'payment_intent.succeeded')
  const transaction = book(act, {
    type: method.type === 'card' ? 'charge' : 'payment',
    amount,
    fee: feeOf(amount, currency),
    currency,
    source,
    description: intent.description,
  })
  const booked = change(act, 'charge', captured, { balance_transaction: transaction.id })
  emit(act, 'charge.updated', booked, { balance_transaction: null })
  if (method.next !== undefined) disputeCharge(act, booked, method.next)
  return done
}

function declined(act: Act, intent: PaymentIntent, charge: Charge, decline: Decline): PaymentIntent {
  const failed = {
    failure_code: decline.code,
    failure_message: decline.message,
    outcome: outcome('issuer_declined', 'declined_by_network', decline.decline_code),
    status: 'failed',
  } as const
  change(act, 'charge', charge, failed, 'charge.failed')
  const waiting = {
    last_payment_error: { type: 'card_error', ...decline, charge: charge.id },
    payment_method: null,
    status: 'requires_payment_method',
  } as const
  return change(act, 'payment_intent', intent, waiting, 'payment_intent.payment_failed')
}

const BANK_REFUSED: Decline = {
  code: 'payment_method_provider_decline',
  decline_code: 'generic_decline',
  message: 'The bank refused the debit.',
}

/** The end of a payment that was processing: the money came, or did not. */
export function endProcessing(act: Act, intent: PaymentIntent, how: 'succeeded' | 'failed'): PaymentIntent {
  const charge = act.store.find('charge', intent.latest_charge ?? '')
  const method = methodOf(charge?.method ?? '')
  if (intent.status !== 'processing' || charge === undefined || method === undefined) {
    throw refused({ message: `The payment is ${intent.status}, not processing.` })
  }
  return how === 'succeeded'
    ? succeeded(act, intent, charge, method)
    : declined(act, intent, charge, BANK_REFUSED)
}

/** Gives a payment up that nobody made. */
export function cancelPayment(act: Act, intent: PaymentIntent): void {
  const canceled = {
    canceled_at: secondsOf(act),
    cancellation_reason: 'automatic',
    status: 'canceled',
  } as const
  change(act, 'payment_intent', intent, canceled, 'payment_intent.canceled')
}

/** The routes. Payments are begun by the API in rehearsals only, as the command-line tool of the vendor does. */
export function paymentRoutes(route: MakeRoute): readonly Route[] {
  const address = object({
    city: TEXT,
    country: TEXT,
    line1: TEXT,
    line2: TEXT,
    postal_code: TEXT,
    state: TEXT,
  })
  const shape = {
    amount: required(integer(0)),
    currency: required(TEXT),
    confirm: FLAG,
    description: TEXT,
    metadata: METADATA,
    payment_method: TEXT,
    // Gone from this version, and still sent by the command-line tool, which names none.
    payment_method_types: listOf(TEXT),
    shipping: object({ address, name: TEXT }),
  }
  return [
    route('POST', '/v1/payment_intents', shape, create),
    ...readRoutes(route, '/v1/payment_intents', 'payment_intent'),
    ...readRoutes(route, '/v1/charges', 'charge', { payment_intent: TEXT }),
  ]
}

function create({ act, params, isVersioned }: Call): JsonObject | Refusal {
  if (isVersioned && params['payment_method_types'] !== undefined) throw unknown(['payment_method_types'])
  const currency = currencyIn(stringOf(params, 'currency') ?? '', 'currency')
  const amount = Number(params['amount'])
  checkCharge(amount, currency, 'amount')
  const intent = beginPayment(act, {
    amount,
    currency,
    description: stringOf(params, 'description') ?? null,
    metadata: metadataIn(params),
    shipping: params['shipping'] ?? null,
  })
  if (params['confirm'] !== true) return intent
  const tried = pay(act, intent, methodIn(params))
  const error = tried['last_payment_error']
  if (!isObject(error)) return tried
  const parts = { ...error, message: stringOf(error, 'message') ?? '' }
  return { refusal: errorReply(402, { ...parts, payment_intent: shown(tried) }) }
}

function methodIn(params: JsonObject): Method {
  const token = stringOf(params, 'payment_method') ?? ''
  const method = methodOf(token)
  if (method !== undefined) return method
  const message = `No such PaymentMethod: '${token}'`
  throw refused({ message, param: 'payment_method', code: 'resource_missing' })
}

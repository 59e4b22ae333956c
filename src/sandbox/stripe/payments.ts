/** Payment intents and their charges: a payment, and each attempt at it. */
import { stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { change, emit, make, newId, secondsOf, type Act } from './account.ts'
import { book } from './balance.ts'
import type { Call, MakeRoute } from './call.ts'
import { disputeCharge } from './disputes.ts'
import { noSuch, refused } from './errors.ts'
import { readRoutes } from './lists.ts'
import { nulls } from './looks.ts'
import { methodDetails, methodOf, type Decline, type Method } from './methods.ts'
import type { Charge, Metadata, PaymentIntent } from './model.ts'
import { checkCharge, currencyIn, feeOf } from './money.ts'
import { FLAG, integer, listOf, METADATA, metadataIn, TEXT, unknown } from './params.ts'

/** What a payment is begun with. */
export interface NewPayment extends JsonObject {
  readonly amount: number
  readonly currency: string
  readonly description: string | null
  readonly metadata: Metadata
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
export function pay(act: Act, intent: PaymentIntent, method: Method): PaymentIntent {
  const charge = newCharge(act, intent, method)
  const tried = { ...intent, latest_charge: charge.id, payment_method: charge.payment_method }
  if (method.decline !== undefined) return declined(act, tried, charge, method.decline)
  if (method.type === 'card') return succeeded(act, tried, charge, method)
  emit(act, 'charge.pending', charge)
  return change(act, 'payment_intent', tried, { status: 'processing' }, 'payment_intent.processing')
}

/** The charge of an attempt, before anybody knows how it ends. */
function newCharge(act: Act, intent: PaymentIntent, method: Method): Charge {
  const { amount, currency, description, metadata, receipt_email } = intent
  const id = newId(method.type === 'card' ? 'ch' : 'py')
  const address = nulls('city country line1 line2 postal_code state')
  return make(act, 'charge', {
    id,
    amount,
    billing_details: { ...nulls('name phone tax_id'), address, email: receipt_email },
    currency,
    description,
    metadata,
    method: method.token,
    payment_intent: intent.id,
    payment_method: newId('pm'),
    payment_method_details: methodDetails(method),
    receipt_email,
  })
}

function succeeded(act: Act, intent: PaymentIntent, charge: Charge, method: Method): PaymentIntent {
  const { id: source, amount, currency } = charge
  const paid = {
    amount_captured: amount,
    captured: true,
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
  const shape = {
    'amount!': integer(0),
    'currency!': TEXT,
    confirm: FLAG,
    description: TEXT,
    metadata: METADATA,
    payment_method: TEXT,
    // Gone from this version, and still sent by the command-line tool, which names none.
    payment_method_types: listOf(TEXT),
    // Sent by it too, and shown nowhere.
    shipping: () => null,
  }
  return [
    route('POST', '/v1/payment_intents', shape, create),
    ...readRoutes(route, '/v1/payment_intents', 'payment_intent'),
    ...readRoutes(route, '/v1/charges', 'charge', { payment_intent: TEXT }),
  ]
}

function create({ act, params, isVersioned }: Call): JsonObject {
  if (isVersioned && params['payment_method_types'] !== undefined) throw unknown(['payment_method_types'])
  const currency = currencyIn(stringOf(params, 'currency') ?? '', 'currency')
  const amount = Number(params['amount'])
  checkCharge(amount, currency, 'amount')
  const method = methodIn(params)
  const intent = beginPayment(act, {
    amount,
    currency,
    description: stringOf(params, 'description') ?? null,
    metadata: metadataIn(params),
  })
  return method === undefined ? intent : pay(act, intent, method)
}

/** The method by which a payment is confirmed at once; undefined where it is not. A card that is declined ends the call. */
function methodIn(params: JsonObject): Method | undefined {
  if (params['confirm'] !== true) return undefined
  const token = stringOf(params, 'payment_method') ?? ''
  const method = methodOf(token)
  if (method === undefined) throw noSuch('PaymentMethod', token, 'payment_method', 400)
  if (method.decline === undefined) return method
  throw refused({ type: 'card_error', ...method.decline }, 402)
}

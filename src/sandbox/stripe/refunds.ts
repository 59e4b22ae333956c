/** Refunds: money given back, at once, later or not after all. */
import { integerOf, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { change, emit, make, type Act } from './account.ts'
import { book } from './balance.ts'
import { found, type Call, type MakeRoute } from './call.ts'
import { refused, wrong } from './errors.ts'
import { readRoutes } from './lists.ts'
import { methodOf } from './methods.ts'
import type { Charge, Metadata, Refund } from './model.ts'
import { checkUnit, moneyText } from './money.ts'
import { integer, METADATA, metadataIn, oneOf, TEXT } from './params.ts'

/** What a refund is made with. */
export interface NewRefund {
  /** All that is left if undefined. */
  readonly amount: number | undefined
  readonly reason: string | null
  readonly metadata: Metadata
}

/** Gives money back. Refused in the API's words where there is not so much left, or the bank has taken it already. */
export function refund(act: Act, charge: Charge, { amount: asked, reason, metadata }: NewRefund): Refund {
  const amount = refundable(charge, asked)
  const { id, currency, payment_intent, payment_method, amount_refunded, refunded } = charge
  const waits = methodOf(charge.method)?.refund === 'pending'
  const made = make(act, 'refund', {
    amount,
    charge: id,
    currency,
    metadata,
    payment_intent,
    payment_method,
    reason,
    status: waits ? 'pending' : 'succeeded',
    ...(waits ? { pending_reason: 'processing' } : {}),
  })
  const out = { type: 'refund', currency, source: made.id, description: 'REFUND FOR CHARGE' } as const
  const transaction = book(act, { ...out, amount: -amount })
  const booked = change(act, 'refund', made, { balance_transaction: transaction.id })
  emit(act, 'charge.refunded', addRefunded(act, charge, amount), { amount_refunded, refunded })
  emit(act, 'refund.created', booked)
  return booked
}

function refundable(charge: Charge, asked: number | undefined): number {
  const { id, status, currency, amount_refunded } = charge
  const left = charge.amount - amount_refunded
  if (status !== 'succeeded') {
    throw refused({ message: `Charge ${id} is ${status}, and cannot be refunded.` })
  }
  if (charge.disputed) {
    const message = `Charge ${id} has been charged back; cannot issue a refund.`
    throw refused({ message, code: 'charge_disputed' })
  }
  if (left <= 0) {
    throw refused({ message: `Charge ${id} has already been refunded.`, code: 'charge_already_refunded' })
  }
  const amount = asked ?? left
  checkUnit(amount, currency, 'amount')
  if (amount <= left) return amount
  const against = amount_refunded > 0 ? 'unrefunded amount on charge' : 'charge amount'
  const message = `Refund amount (${moneyText(amount, currency)}) is greater than ${against} (${moneyText(left, currency)})`
  throw wrong('amount', message)
}

function addRefunded(act: Act, charge: Charge, amount: number): Charge {
  const amount_refunded = charge.amount_refunded + amount
  return change(act, 'charge', charge, { amount_refunded, refunded: amount_refunded === charge.amount })
}

/** The bank took the money, or sent it back: then it is in the balance again, and may be refunded again. */
export function endRefund(act: Act, before: Refund, how: 'succeeded' | 'failed'): Refund {
  const { id: source, status, currency, amount } = before
  if (status === 'failed' || status === how) {
    throw refused({ message: `The refund is ${status} already.` })
  }
  const { pending_reason: _, ...rest } = before
  if (how === 'succeeded') {
    return change(act, 'refund', rest, { status: how }, 'refund.updated', 'charge.refund.updated')
  }
  const back = book(act, { type: 'refund_failure', amount, currency, source, description: 'REFUND FAILURE' })
  const charge = act.store.find('charge', before.charge)
  if (charge !== undefined) addRefunded(act, charge, -amount)
  const failed = {
    status: how,
    failure_reason: 'expired_or_canceled_card',
    failure_balance_transaction: back.id,
  }
  return change(act, 'refund', rest, failed, 'refund.updated', 'refund.failed', 'charge.refund.updated')
}

/** The routes. */
export function refundRoutes(route: MakeRoute): readonly Route[] {
  const filters = { charge: TEXT, payment_intent: TEXT }
  const shape = {
    ...filters,
    amount: integer(1),
    metadata: METADATA,
    reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
  }
  return [route('POST', '/v1/refunds', shape, create), ...readRoutes(route, '/v1/refunds', 'refund', filters)]
}

function create(call: Call): JsonObject {
  return refund(call.act, chargeIn(call), {
    amount: integerOf(call.params, 'amount'),
    reason: stringOf(call.params, 'reason') ?? null,
    metadata: metadataIn(call.params),
  })
}

function chargeIn(call: Call): Charge {
  const [charge, intent] = [stringOf(call.params, 'charge'), stringOf(call.params, 'payment_intent')]
  if (charge !== undefined) return found(call, 'charge', charge, 'charge')
  if (intent === undefined) {
    const message =
      'One of the following params should be provided for this request: payment_intent or charge.'
    throw refused({ message, code: 'parameter_missing' })
  }
  const { id, latest_charge, status } = found(call, 'payment_intent', intent, 'payment_intent')
  const made = call.act.store.find('charge', latest_charge ?? '')
  if (made !== undefined && status === 'succeeded') return made
  const message = `This PaymentIntent (${id}) does not have a successful charge to refund.`
  throw wrong('payment_intent', message, 'payment_intent_unexpected_state')
}

/** Refunds: money given back, at once, later or not after all. */
import { stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { emit, newObject, type Account, type Act } from './account.ts'
import { book, textOf } from './balance.ts'
import { atPath, found, listed, listShape, type Call, type MakeRoute } from './call.ts'
import { refused } from './errors.ts'
import { changedMetadata, metadataIn } from './metadata.ts'
import { methodOf } from './methods.ts'
import type { Charge, Metadata, Refund } from './model.ts'
import { checkUnit, moneyText } from './money.ts'
import { METADATA, oneOf, TEXT, type Shape } from './params.ts'

/** What a refund is made with. */
export interface NewRefund {
  /** All that is left if left out. */
  readonly amount?: number
  readonly reason: string | null
  readonly metadata: Metadata
}

/** Gives money back. Refused in the API's words where there is not so much left, or the bank has taken it already. */
export function refund(account: Account, act: Act, charge: Charge, given: NewRefund): Refund {
  const amount = refundable(charge, given.amount)
  const { id: chargeId, currency, payment_intent } = charge
  const fate = methodOf(charge.own.method)?.refund
  const begun: Refund = {
    ...newObject(act, 'refund', 're'),
    amount,
    balance_transaction: null,
    charge: chargeId,
    currency,
    customer: null,
    customer_account: null,
    destination_details: { type: 'card', card: { type: 'refund', reference_status: 'pending' } },
    metadata: given.metadata,
    payment_intent,
    payment_method: charge.payment_method,
    reason: given.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: fate === 'pending' ? 'pending' : 'succeeded',
    transfer_reversal: null,
    ...(fate === 'pending' ? { pending_reason: 'processing' } : {}),
  }
  const out = { type: 'refund', amount: -amount, fee: 0, currency, source: begun.id } as const
  const { id } = book(account, act, { ...out, description: 'REFUND FOR CHARGE' })
  const made = { ...begun, balance_transaction: id }
  account.store.add('refund', made)
  const before = { amount_refunded: charge.amount_refunded, refunded: charge.refunded }
  const after = addRefunded(account, charge, amount)
  emit(account, act, 'charge.refunded', after, before)
  emit(account, act, 'refund.created', made)
  return made
}

function refundable(charge: Charge, asked: number | undefined): number {
  const left = charge.amount - charge.amount_refunded
  if (charge.status !== 'succeeded') {
    throw refused({ message: `Charge ${charge.id} is ${charge.status}, and cannot be refunded.` })
  }
  if (charge.disputed) {
    const message = `Charge ${charge.id} has been charged back; cannot issue a refund.`
    throw refused({ message, code: 'charge_disputed' })
  }
  if (left <= 0) {
    const message = `Charge ${charge.id} has already been refunded.`
    throw refused({ message, code: 'charge_already_refunded' })
  }
  const amount = asked ?? left
  checkUnit(amount, charge.currency, 'amount')
  if (amount <= left) return amount
  const text = (value: number): string => moneyText(value, charge.currency)
  const against = charge.amount_refunded > 0 ? `unrefunded amount on charge` : 'charge amount'
  throw refused({
    message: `Refund amount (${text(amount)}) is greater than ${against} (${text(left)})`,
    param: 'amount',
  })
}

function addRefunded({ store }: Account, charge: Charge, amount: number): Charge {
  const total = charge.amount_refunded + amount
  const changed = { ...charge, amount_refunded: total, refunded: total === charge.amount }
  store.put('charge', changed)
  return changed
}

/** The bank took the money, or sent it back: then it is in the balance again, and may be refunded again. */
export function endRefund(
  account: Account,
  act: Act,
  refundThen: Refund,
  how: 'succeeded' | 'failed',
): Refund {
  const { status, currency, amount } = refundThen
  if (status === 'failed' || (status === 'succeeded' && how === 'succeeded')) {
    throw refused({ message: `The refund is ${status} already.` })
  }
  const rest = { ...refundThen, pending_reason: undefined }
  if (how === 'succeeded') {
    const done: Refund = { ...rest, status: 'succeeded' }
    tell(account, act, done, ['refund.updated', 'charge.refund.updated'], { status })
    return done
  }
  const back = { type: 'refund_failure', amount, fee: 0, currency, source: refundThen.id } as const
  const failed: Refund = {
    ...rest,
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
    failure_balance_transaction: book(account, act, { ...back, description: 'REFUND FAILURE' }).id,
  }
  const charge = account.store.find('charge', refundThen.charge)
  if (charge !== undefined) addRefunded(account, charge, -amount)
  tell(account, act, failed, ['refund.updated', 'refund.failed', 'charge.refund.updated'], { status })
  return failed
}

function tell(
  account: Account,
  act: Act,
  changed: Refund,
  types: readonly string[],
  before: JsonObject,
): void {
  account.store.put('refund', changed)
  for (const type of types) emit(account, act, type, changed, before)
}

const CREATE: Shape = {
  rules: {
    amount: { type: 'integer', min: 1 },
    charge: TEXT,
    payment_intent: TEXT,
    metadata: METADATA,
    reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
  },
  others: 'currency customer instructions_email origin refund_application_fee reverse_transfer',
}

/** The routes. */
export function refundRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/refunds'
  return [
    route('POST', path, CREATE, create),
    route('GET', path, listShape({ charge: TEXT, payment_intent: TEXT }), call => {
      const { charge, payment_intent } = call.params
      return listed(call, 'refund', path, { where: textOf({ charge, payment_intent }) })
    }),
    route('GET', `${path}/{id}`, { rules: {} }, call => atPath(call, 'refund')),
    route('POST', `${path}/{id}`, { rules: { metadata: METADATA } }, call => {
      const one = atPath(call, 'refund')
      const changed = { ...one, metadata: changedMetadata(one.metadata, call.params) }
      call.account.store.put('refund', changed)
      return changed
    }),
  ]
}

function create(call: Call): JsonObject {
  const { account, act, params } = call
  const amount = params['amount']
  return refund(account, act, chargeIn(call), {
    reason: stringOf(params, 'reason') ?? null,
    metadata: metadataIn(params),
    ...(typeof amount === 'number' ? { amount } : {}),
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
  const made = call.account.store.find('charge', latest_charge ?? '')
  if (made !== undefined && status === 'succeeded') return made
  const message = `This PaymentIntent (${id}) does not have a successful charge to refund.`
  throw refused({ message, param: 'payment_intent', code: 'payment_intent_unexpected_state' })
}

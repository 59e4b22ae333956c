/** Payments that were taken, and money given back. */
import { objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { newId, type Act } from './account.ts'
import { briefly, found, type Call, type MakeRoute } from './call.ts'
import { unprocessable } from './errors.ts'
import { payerOf, type Capture, type Order, type Payer, type Refund } from './model.ts'
import { feeOf, minorIn, moneyOf, moneyText } from './money.ts'
import { emit } from './notifications.ts'
import { MONEY, text } from './params.ts'
import { shownCapture, shownRefund } from './show.ts'
import { book, mark } from './transactions.ts'

const DAY_MS = 86_400_000
const REFUNDABLE_MS = 180 * DAY_MS

/** Takes the payment of an order that was approved. */
export function takePayment(act: Act, order: Order, payer: Payer): void {
  const { minor, currency, captureId } = order
  const isDone = payer.capture === 'COMPLETED'
  const capture: Capture = {
    id: captureId ?? '',
    orderId: order.id,
    status: isDone ? 'COMPLETED' : 'PENDING',
    reason: isDone ? null : payer.capture,
    minor,
    fee: feeOf(minor, currency),
    refunded: 0,
    currency,
    ids: picked(order.unit, ['invoice_id', 'custom_id']),
    payer: payer.token,
    createdMs: act.nowMs,
    updatedMs: act.nowMs,
  }
  act.store.add('capture', capture)
  const reference = { id: order.id, type: 'ODR' } as const
  book(act, { ...capture, code: 'T0006', fee: -capture.fee, reference }, isDone ? 'S' : 'P')
  tellCapture(act, capture)
}

function picked(body: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.filter(name => body[name] !== undefined).map(name => [name, body[name]]))
}

function tellCapture(act: Act, capture: Capture): void {
  const { status } = capture
  const summary = `Payment of ${moneyText(capture)}: ${status}`
  const type = `PAYMENT.CAPTURE.${status === 'DECLINED' ? 'DENIED' : status}`
  emit(act, type, { type: 'capture', summary, resource: shownCapture(act, capture) })
}

/** A pending payment comes to its end. */
export function endCapture(act: Act, capture: Capture, how: 'completed' | 'denied'): Capture {
  if (capture.status !== 'PENDING') throw unprocessable(`CAPTURE_IS_${capture.status}`)
  const status = how === 'completed' ? 'COMPLETED' : 'DECLINED'
  const ended: Capture = { ...capture, status, reason: null, updatedMs: act.nowMs }
  act.store.put('capture', ended)
  mark(act, capture.id, how === 'completed' ? 'S' : 'D')
  tellCapture(act, ended)
  return ended
}

/** What a refund is made with. */
export type NewRefund = Pick<Refund, 'minor' | 'currency' | 'ids'>

/** Gives money back. Refused in the API's words where there is not so much left, or there never was. */
export function refund(act: Act, capture: Capture, given: NewRefund): Refund {
  checkRefund(act, capture, given)
  const isSlow = payerOf(capture.payer)?.isRefundSlow === true
  const made = addRefund(act, capture, given, isSlow ? 'PENDING' : 'COMPLETED', 'T1107')
  tellRefund(act, made, isSlow ? 'PAYMENT.REFUND.PENDING' : 'PAYMENT.CAPTURE.REFUNDED')
  return made
}

function checkRefund(act: Act, capture: Capture, { minor, currency }: NewRefund): void {
  const { id: captureId, status } = capture
  const left = capture.minor - capture.refunded
  if (status === 'PENDING') throw unprocessable('PENDING_CAPTURE')
  if (status === 'DECLINED') throw unprocessable('REFUND_NOT_ALLOWED')
  if (left === 0) throw unprocessable('CAPTURE_FULLY_REFUNDED')
  if (currency !== capture.currency) {
    throw unprocessable('REFUND_CAPTURE_CURRENCY_MISMATCH', '/amount/currency_code', currency)
  }
  const { value } = moneyOf(minor, currency)
  if (minor > left) throw unprocessable('REFUND_AMOUNT_EXCEEDED', '/amount/value', value)
  if (capture.createdMs + REFUNDABLE_MS < act.nowMs) throw unprocessable('REFUND_TIME_LIMIT_EXCEEDED')
  const isDisputed = act.store.list('dispute', { where: { captureId, isHeld: true } }).length > 0
  if (isDisputed && minor < left) throw unprocessable('TRANSACTION_DISPUTED')
}

function addRefund(
  act: Act,
  capture: Capture,
  given: NewRefund,
  status: 'PENDING' | 'COMPLETED',
  code: string,
): Refund {
  const total = addRefunded(act, capture, given.minor)
  const times = { createdMs: act.nowMs, updatedMs: act.nowMs }
  const made: Refund = { id: newId(), captureId: capture.id, status, total, ...given, ...times }
  act.store.add('refund', made)
  const reference = { id: capture.id, type: 'TXN' } as const
  const row = { ...made, code, minor: -made.minor, fee: 0, reference, payer: capture.payer }
  book(act, row, status === 'PENDING' ? 'P' : 'S')
  return made
}

/** Gives what has been refunded in all. */
function addRefunded(act: Act, capture: Capture, minor: number): number {
  const refunded = capture.refunded + minor
  const status = refunded === 0 ? 'COMPLETED' : refunded < capture.minor ? 'PARTIALLY_REFUNDED' : 'REFUNDED'
  act.store.put('capture', { ...capture, refunded, status, updatedMs: act.nowMs })
  return refunded
}

function tellRefund(act: Act, made: Refund, type: string): void {
  const summary = `${moneyText(made)} given back: ${made.status}`
  emit(act, type, { type: 'refund', summary, resource: shownRefund(act, made) })
}

/** A slow refund comes to its end; of one that failed the money is there again. */
export function endRefund(act: Act, made: Refund, how: 'completed' | 'failed'): Refund {
  if (made.status !== 'PENDING') throw unprocessable(`REFUND_IS_${made.status}`)
  if (how === 'failed') return undoRefund(act, made, 'FAILED')
  const ended: Refund = { ...made, status: 'COMPLETED', updatedMs: act.nowMs }
  act.store.put('refund', ended)
  mark(act, ended.id, 'S')
  tellRefund(act, ended, 'PAYMENT.CAPTURE.REFUNDED')
  return ended
}

/** The money of a refund comes back to the merchant. */
function undoRefund(act: Act, made: Refund, status: 'FAILED' | 'CANCELLED'): Refund {
  const ended: Refund = { ...made, status, updatedMs: act.nowMs }
  act.store.put('refund', ended)
  const capture = act.store.find('capture', made.captureId)
  if (capture !== undefined) addRefunded(act, capture, -made.minor)
  mark(act, ended.id, status === 'FAILED' ? 'D' : 'V')
  if (status === 'FAILED') tellRefund(act, ended, 'PAYMENT.REFUND.FAILED')
  return ended
}

/** PayPal or a bank takes the money of a payment: it is shown as a refund that the merchant did not make. */
export function reverse(act: Act, captureId: string, minor: number, code: string): string {
  const capture = found(act, 'capture', captureId)
  const made = addRefund(act, capture, { minor, currency: capture.currency, ids: {} }, 'COMPLETED', code)
  tellRefund(act, made, 'PAYMENT.CAPTURE.REVERSED')
  return made.id
}

/** What was taken by {@link reverse} is given back. */
export function giveBack(act: Act, reversalId: string): void {
  undoRefund(act, found(act, 'refund', reversalId), 'CANCELLED')
}

/** The routes. */
export function captureRoutes(route: MakeRoute): readonly Route[] {
  const fields = { amount: MONEY, custom_id: text(127), invoice_id: text(127), note_to_payer: text(255) }
  const path = '/v2/payments/captures/{id}'
  return [
    route('GET', path, {}, call => shownCapture(call, found(call, 'capture'))),
    route('POST', `${path}/refund`, { fields, remembersMs: 45 * DAY_MS, status: 201 }, call => {
      const capture = found(call, 'capture')
      return briefly(shownRefund(call, refund(call, capture, refundIn(call, capture))), call.isWhole)
    }),
    route('GET', '/v2/payments/refunds/{id}', {}, call => shownRefund(call, found(call, 'refund'))),
  ]
}

/** All that is left, where no amount is given. */
function refundIn({ body }: Call, { minor, refunded, currency }: Capture): NewRefund {
  const ids = picked(body, ['invoice_id', 'custom_id', 'note_to_payer'])
  const amount = objectOf(body, 'amount')
  if (amount === undefined) return { minor: minor - refunded, currency, ids }
  return { minor: minorIn(amount, '/amount'), currency: stringOf(amount, 'currency_code') ?? '', ids }
}

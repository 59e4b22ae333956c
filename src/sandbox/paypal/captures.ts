/** Payments that were taken, and money given back. */
import { objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { emit, newId, type Account, type Act } from './account.ts'
import { briefly, type Call, type MakeRoute } from './call.ts'
import { notFound, unprocessable } from './errors.ts'
import { payerOf, type Capture, type Order, type Payer, type Refund } from './model.ts'
import { feeOf, minorIn, moneyOf, moneyText } from './money.ts'
import { MONEY, text } from './params.ts'
import { shownCaptureAlone, shownRefund } from './show.ts'
import { book, mark } from './transactions.ts'

const DAY_MS = 86_400_000
const REFUNDABLE_MS = 180 * DAY_MS

/** Takes the payment of an order that was approved. */
export function takePayment(account: Account, act: Act, order: Order, payer: Payer): void {
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
  account.captures.add(capture, capture.id)
  const { id, ids, fee } = capture
  const reference = { id: order.id, type: 'ODR' } as const
  const row = { id, code: 'T0006', minor, fee: -fee, currency, reference, ids, payer: payer.token }
  book(account, act, row, isDone ? 'S' : 'P')
  tellCapture(account, act, capture)
}

function picked(body: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.filter(name => body[name] !== undefined).map(name => [name, body[name]]))
}

const CAPTURE_EVENTS: Readonly<Partial<Record<Capture['status'], string>>> = {
  COMPLETED: 'PAYMENT.CAPTURE.COMPLETED',
  PENDING: 'PAYMENT.CAPTURE.PENDING',
  DECLINED: 'PAYMENT.CAPTURE.DENIED',
}

function tellCapture(account: Account, act: Act, capture: Capture): void {
  const type = CAPTURE_EVENTS[capture.status] ?? ''
  const summary = `Payment of ${moneyText(capture)}: ${capture.status}`
  emit(account, act, type, {
    type: 'capture',
    id: capture.id,
    summary,
    resource: shownCaptureAlone(act, capture),
  })
}

/** A pending payment comes to its end. */
export function endCapture(
  account: Account,
  act: Act,
  capture: Capture,
  how: 'completed' | 'denied',
): Capture {
  if (capture.status !== 'PENDING') throw unprocessable(`CAPTURE_IS_${capture.status}`)
  const status = how === 'completed' ? 'COMPLETED' : 'DECLINED'
  const ended: Capture = { ...capture, status, reason: null, updatedMs: act.nowMs }
  account.captures.change(capture.id, ended)
  mark(account, act, capture.id, how === 'completed' ? 'S' : 'D')
  tellCapture(account, act, ended)
  return ended
}

/** What a refund is made with. */
export interface NewRefund {
  readonly minor: number
  readonly currency: string
  readonly ids: JsonObject
}

/** Gives money back. Refused in the API's words where there is not so much left, or there never was. */
export function refund(account: Account, act: Act, capture: Capture, given: NewRefund): Refund {
  checkRefund(account, act, capture, given)
  const isSlow = payerOf(capture.payer)?.isRefundSlow === true
  const made = addRefund(account, act, capture, {
    ...given,
    status: isSlow ? 'PENDING' : 'COMPLETED',
    isReversal: false,
  })
  tellRefund(account, act, made, isSlow ? 'PAYMENT.REFUND.PENDING' : 'PAYMENT.CAPTURE.REFUNDED')
  return made
}

function checkRefund(account: Account, act: Act, capture: Capture, { minor, currency }: NewRefund): void {
  const left = capture.minor - capture.refunded
  if (capture.status === 'PENDING') throw unprocessable('PENDING_CAPTURE')
  if (capture.status === 'DECLINED') throw unprocessable('REFUND_NOT_ALLOWED')
  if (left === 0) throw unprocessable('CAPTURE_FULLY_REFUNDED')
  if (currency !== capture.currency)
    throw unprocessable('REFUND_CAPTURE_CURRENCY_MISMATCH', '/amount/currency_code', currency)
  if (minor > left)
    throw unprocessable('REFUND_AMOUNT_EXCEEDED', '/amount/value', moneyOf(minor, currency).value)
  if (capture.createdMs + REFUNDABLE_MS < act.nowMs) throw unprocessable('REFUND_TIME_LIMIT_EXCEEDED')
  const isDisputed = account.disputes.list().some(([, one]) => one.captureId === capture.id && one.isHeld)
  if (isDisputed && minor < left) throw unprocessable('TRANSACTION_DISPUTED')
}

function addRefund(
  account: Account,
  act: Act,
  captureThen: Capture,
  given: NewRefund & Pick<Refund, 'status' | 'isReversal'>,
  code = 'T1107',
): Refund {
  const capture = withRefunded(account, act, captureThen, given.minor)
  const times = { createdMs: act.nowMs, updatedMs: act.nowMs }
  const made: Refund = { id: newId(), captureId: capture.id, total: capture.refunded, ...given, ...times }
  account.refunds.add(made, made.id)
  const reference = { id: capture.id, type: 'TXN' } as const
  const { id, minor, currency, ids } = made
  const row = { id, code, minor: -minor, fee: 0, currency, reference, ids, payer: capture.payer }
  book(account, act, row, made.status === 'PENDING' ? 'P' : 'S')
  return made
}

function withRefunded(account: Account, act: Act, capture: Capture, minor: number): Capture {
  const refunded = capture.refunded + minor
  const status = refunded === 0 ? 'COMPLETED' : refunded < capture.minor ? 'PARTIALLY_REFUNDED' : 'REFUNDED'
  const changed: Capture = { ...capture, refunded, status, updatedMs: act.nowMs }
  account.captures.change(capture.id, changed)
  return changed
}

function tellRefund(account: Account, act: Act, made: Refund, type: string): void {
  const summary = `${made.isReversal ? 'Reversal' : 'Refund'} of ${moneyText(made)}: ${made.status}`
  emit(account, act, type, { type: 'refund', id: made.captureId, summary, resource: shownRefund(act, made) })
}

/** A slow refund comes to its end; of one that failed the money is there again. */
export function endRefund(
  account: Account,
  act: Act,
  refundThen: Refund,
  how: 'completed' | 'failed',
): Refund {
  if (refundThen.status !== 'PENDING') throw unprocessable(`REFUND_IS_${refundThen.status}`)
  if (how === 'failed') return undoRefund(account, act, refundThen, 'FAILED')
  const ended: Refund = { ...refundThen, status: 'COMPLETED', updatedMs: act.nowMs }
  account.refunds.change(ended.id, ended)
  mark(account, act, ended.id, 'S')
  tellRefund(account, act, ended, 'PAYMENT.CAPTURE.REFUNDED')
  return ended
}

/** The money of a refund comes back to the merchant. */
function undoRefund(account: Account, act: Act, made: Refund, status: 'FAILED' | 'CANCELLED'): Refund {
  const ended: Refund = { ...made, status, updatedMs: act.nowMs }
  account.refunds.change(ended.id, ended)
  const capture = account.captures.get(made.captureId)
  if (capture !== undefined) withRefunded(account, act, capture, -made.minor)
  mark(account, act, ended.id, status === 'FAILED' ? 'D' : 'V')
  if (status === 'FAILED') tellRefund(account, act, ended, 'PAYMENT.REFUND.FAILED')
  return ended
}

/** PayPal or a bank takes the money of a payment: it is shown as a refund that the merchant did not make. */
export function reverse(account: Account, act: Act, capture: Capture, minor: number, code: string): Refund {
  const given = { minor, currency: capture.currency, ids: {}, status: 'COMPLETED', isReversal: true } as const
  const made = addRefund(account, act, capture, given, code)
  tellRefund(account, act, made, 'PAYMENT.CAPTURE.REVERSED')
  return made
}

/** What was taken by {@link reverse} is given back. */
export function giveBack(account: Account, act: Act, reversalId: string): void {
  const made = account.refunds.get(reversalId)
  if (made !== undefined) undoRefund(account, act, made, 'CANCELLED')
}

/** The routes. */
export function captureRoutes(route: MakeRoute): readonly Route[] {
  const refundOf = { amount: MONEY, custom_id: text(127), invoice_id: text(127), note_to_payer: text(255) }
  return [
    route('GET', '/v2/payments/captures/{id}', {}, call => {
      return { status: 200, body: shownCaptureAlone(call.act, captureAt(call)) }
    }),
    route(
      'POST',
      '/v2/payments/captures/{id}/refund',
      { fields: refundOf, remembersMs: 45 * DAY_MS },
      call => {
        const made = refund(call.account, call.act, captureAt(call), refundIn(call))
        return { status: 201, body: briefly(shownRefund(call.act, made), call.isWhole) }
      },
    ),
    route('GET', '/v2/payments/refunds/{id}', {}, call => {
      const made = call.account.refunds.get(call.id)
      if (made === undefined) throw notFound()
      return { status: 200, body: shownRefund(call.act, made) }
    }),
  ]
}

function captureAt({ account, id }: Call): Capture {
  const capture = account.captures.get(id)
  if (capture === undefined) throw notFound()
  return capture
}

/** All that is left, where no amount is given. */
function refundIn(call: Call): NewRefund {
  const { minor, refunded, currency } = captureAt(call)
  const ids = picked(call.body, ['invoice_id', 'custom_id', 'note_to_payer'])
  const amount = objectOf(call.body, 'amount')
  if (amount === undefined) return { minor: minor - refunded, currency, ids }
  return { minor: minorIn(amount, '/amount'), currency: stringOf(amount, 'currency_code') ?? '', ids }
}

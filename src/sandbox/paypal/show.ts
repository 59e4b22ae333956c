/** What callers see of stored objects. */
import type { JsonObject } from '../lib/json.ts'
import { link, timeText, type Act } from './account.ts'
import { MERCHANT_ID } from './identity.ts'
import { payerOf, type Capture, type Dispute, type Order, type Refund } from './model.ts'
import { moneyOf } from './money.ts'

const PAYEE = { email_address: 'owner@sandbox.example', merchant_id: MERCHANT_ID }

function times({ createdMs, updatedMs }: Pick<Order, 'createdMs' | 'updatedMs'>): JsonObject {
  return { create_time: timeText(createdMs), update_time: timeText(updatedMs) }
}

/** Where a person approves an order. */
export function approveUrl({ origin }: Act, { id }: Order): string {
  return `${origin}/checkoutnow?token=${id}`
}

/** An order: all of it, or what the API answers where nothing else is asked for. */
export function shownOrder(act: Act, order: Order, isWhole = true): JsonObject {
  const { id, status, isWallet, unit } = order
  const path = `${act.origin}/v2/checkout/orders/${id}`
  const approve = link(approveUrl(act, order), isWallet ? 'payer-action' : 'approve')
  const open = status === 'COMPLETED' ? [] : [approve, link(`${path}/capture`, 'capture', 'POST')]
  const payments = paymentsOf(act, order)
  const brief = { id, status, ...whoPays(order), links: [link(path), ...open] }
  if (isWhole) {
    const units = [{ ...unit, payee: PAYEE, ...payments }]
    return { ...brief, intent: 'CAPTURE', purchase_units: units, ...times(order) }
  }
  const { reference_id } = unit
  return payments === null ? brief : { ...brief, purchase_units: [{ reference_id, ...payments }] }
}

function whoPays({ payer, isWallet }: Order): JsonObject {
  const who = payerOf(payer)
  if (who === undefined) return isWallet ? { payment_source: { paypal: {} } } : {}
  const name = { given_name: who.name, surname: 'Sandbox' }
  const known = { name, email_address: `${who.token}@buyer.example`, address: { country_code: 'US' } }
  const wallet = { ...known, account_id: who.id, account_status: 'VERIFIED' }
  return { payer: { ...known, payer_id: who.id }, payment_source: { paypal: wallet } }
}

function paymentsOf(act: Act, { captureId }: Order): JsonObject | null {
  const capture = act.store.find('capture', captureId ?? '')
  if (capture === undefined) return null
  const refunds = act.store.list('refund', { where: { captureId }, oldestFirst: true })
  const given = refunds.length > 0 ? { refunds: refunds.map(one => shownRefund(act, one)) } : {}
  const { supplementary_data: _data, payee: _payee, ...shown } = shownCapture(act, capture)
  return { payments: { captures: [shown], ...given } }
}

/** A capture. */
export function shownCapture({ origin }: Act, capture: Capture): JsonObject {
  const { id, currency, minor, fee, status, reason, ids, orderId } = capture
  const path = `${origin}/v2/payments/captures/${id}`
  const amount = moneyOf(minor, currency)
  const earned = { paypal_fee: moneyOf(fee, currency), net_amount: moneyOf(minor - fee, currency) }
  const isOpen = status === 'PENDING' || status === 'DECLINED'
  const order = link(`${origin}/v2/checkout/orders/${orderId}`, 'up')
  return {
    id,
    status,
    ...(reason === null ? {} : { status_details: { reason } }),
    amount,
    final_capture: true,
    seller_protection: { status: 'ELIGIBLE', dispute_categories: ['ITEM_NOT_RECEIVED'] },
    seller_receivable_breakdown: { gross_amount: amount, ...(isOpen ? {} : earned) },
    ...ids,
    ...times(capture),
    links: [link(path), link(`${path}/refund`, 'refund', 'POST'), order],
    supplementary_data: { related_ids: { order_id: orderId } },
    payee: PAYEE,
  }
}

/** A refund; a reversal has the same shape. */
export function shownRefund({ origin }: Act, refund: Refund): JsonObject {
  const { id, status, currency, minor, total, captureId, ids } = refund
  const amount = moneyOf(minor, currency)
  // The fee of the payment is not given back.
  const breakdown = { gross_amount: amount, paypal_fee: moneyOf(0, currency), net_amount: amount }
  return {
    id,
    status,
    ...(status === 'PENDING' ? { status_details: { reason: 'ECHECK' } } : {}),
    amount,
    seller_payable_breakdown: { ...breakdown, total_refunded_amount: moneyOf(total, currency) },
    ...ids,
    ...times(refund),
    links: [
      link(`${origin}/v2/payments/refunds/${id}`),
      link(`${origin}/v2/payments/captures/${captureId}`, 'up'),
    ],
  }
}

/** A dispute as a line of a list. */
export function shownBriefly({ origin }: Act, dispute: Dispute): JsonObject {
  const { id, channel, dueMs } = dispute
  return {
    dispute_id: id,
    ...times(dispute),
    reason: channel === 'EXTERNAL' ? 'UNAUTHORISED' : 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
    status: dispute.status,
    dispute_state: dispute.state,
    dispute_amount: moneyOf(dispute.minor, dispute.currency),
    dispute_life_cycle_stage: dispute.stage,
    dispute_channel: channel,
    ...(dueMs === null ? {} : { seller_response_due_date: timeText(dueMs) }),
    links: [link(`${origin}/v1/customer/disputes/${id}`)],
  }
}

/** All of a dispute. */
export function shownDispute(act: Act, dispute: Dispute): JsonObject {
  const { captureId, outcome, reversalId } = dispute
  const { dispute_state: _unshown, ...brief } = shownBriefly(act, dispute)
  const { minor = 0, currency = '', ids = {} } = act.store.find('capture', captureId) ?? {}
  const transaction = {
    seller_transaction_id: captureId,
    transaction_status: reversalId === null ? 'COMPLETED' : 'REVERSED',
    gross_amount: moneyOf(minor, currency),
    invoice_number: ids['invoice_id'],
    custom: ids['custom_id'],
  }
  const back = reversalId === null ? {} : { amount_refunded: brief['dispute_amount'] }
  const end = outcome === null ? {} : { dispute_outcome: { outcome_code: outcome, ...back } }
  return { ...brief, disputed_transactions: [transaction], ...end }
}

/** What callers see of stored objects. */
import type { JsonObject } from '../lib/json.ts'
import { timeText, type Account, type Act } from './account.ts'
import { MERCHANT_ID } from './identity.ts'
import { payerOf, type Capture, type Dispute, type Order, type Refund } from './model.ts'
import { moneyOf } from './money.ts'

const PAYEE = { email_address: 'owner@sandbox.example', merchant_id: MERCHANT_ID }

function link(href: string, rel: string, method = 'GET'): JsonObject {
  return { href, rel, method }
}

function times({ createdMs, updatedMs }: Pick<Order, 'createdMs' | 'updatedMs'>): JsonObject {
  return { create_time: timeText(createdMs), update_time: timeText(updatedMs) }
}

/** Where a person approves an order. */
export function approveUrl({ origin }: Act, { id }: Order): string {
  return `${origin}/checkoutnow?token=${id}`
}

/** An order: all of it, or what the API answers where nothing else is asked for. */
export function shownOrder(account: Account, act: Act, order: Order, isWhole: boolean): JsonObject {
  const { id, status, isWallet, unit } = order
  const path = `${act.origin}/v2/checkout/orders/${id}`
  const approve = link(approveUrl(act, order), isWallet ? 'payer-action' : 'approve')
  const open = status === 'COMPLETED' ? [] : [approve, link(`${path}/capture`, 'capture', 'POST')]
  const payments = paymentsOf(account, act, order)
  const brief = { id, status, ...whoPays(order), links: [link(path, 'self'), ...open] }
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
  return {
    payer: { ...known, payer_id: who.id },
    payment_source: { paypal: { ...known, account_id: who.id, account_status: 'VERIFIED' } },
  }
}

function paymentsOf(account: Account, act: Act, { captureId }: Order): JsonObject | null {
  const capture = account.captures.get(captureId ?? '')
  if (capture === undefined) return null
  const refunds = account.refunds.list().flatMap(([, one]) => (one.captureId === captureId ? [one] : []))
  const shown = refunds.map(one => shownRefund(act, one))
  return {
    payments: { captures: [shownCapture(act, capture)], ...(shown.length > 0 ? { refunds: shown } : {}) },
  }
}

/** A capture as it stands within its order. */
function shownCapture(act: Act, capture: Capture): JsonObject {
  const { id, currency, minor, fee, status, reason, ids, orderId } = capture
  const path = `${act.origin}/v2/payments/captures/${id}`
  const isOpen = status === 'PENDING' || status === 'DECLINED'
  const amount = moneyOf(minor, currency)
  const earned = isOpen
    ? {}
    : { paypal_fee: moneyOf(fee, currency), net_amount: moneyOf(minor - fee, currency) }
  return {
    id,
    status,
    ...(reason === null ? {} : { status_details: { reason } }),
    amount,
    final_capture: true,
    seller_protection: { status: 'ELIGIBLE', dispute_categories: ['ITEM_NOT_RECEIVED'] },
    seller_receivable_breakdown: { gross_amount: amount, ...earned },
    ...ids,
    ...times(capture),
    links: [
      link(path, 'self'),
      link(`${path}/refund`, 'refund', 'POST'),
      link(`${act.origin}/v2/checkout/orders/${orderId}`, 'up'),
    ],
  }
}

/** A capture by itself, as in events. */
export function shownCaptureAlone(act: Act, capture: Capture): JsonObject {
  const related = { related_ids: { order_id: capture.orderId } }
  return { ...shownCapture(act, capture), supplementary_data: related, payee: PAYEE }
}

/** A refund; a reversal has the same shape. */
export function shownRefund(act: Act, refund: Refund): JsonObject {
  const { id, status, currency, minor, total, captureId, ids } = refund
  const amount = moneyOf(minor, currency)
  return {
    id,
    status,
    ...(status === 'PENDING' ? { status_details: { reason: 'ECHECK' } } : {}),
    amount,
    // The fee of the payment is not given back.
    seller_payable_breakdown: {
      gross_amount: amount,
      paypal_fee: moneyOf(0, currency),
      net_amount: amount,
      total_refunded_amount: moneyOf(total, currency),
    },
    ...ids,
    ...times(refund),
    links: [
      link(`${act.origin}/v2/payments/refunds/${id}`, 'self'),
      link(`${act.origin}/v2/payments/captures/${captureId}`, 'up'),
    ],
  }
}

/** A dispute: all of it, or a line of a list. */
export function shownDispute(account: Account, act: Act, dispute: Dispute, isWhole: boolean): JsonObject {
  const { id, captureId, currency, minor, outcome, dueMs, channel, reversalId } = dispute
  const amount = moneyOf(minor, currency)
  const brief = {
    dispute_id: id,
    ...times(dispute),
    reason: channel === 'EXTERNAL' ? 'UNAUTHORISED' : 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
    status: dispute.status,
    dispute_state: dispute.state,
    dispute_amount: amount,
    dispute_life_cycle_stage: dispute.stage,
    dispute_channel: channel,
    ...(dueMs === null ? {} : { seller_response_due_date: timeText(dueMs) }),
    links: [link(`${act.origin}/v1/customer/disputes/${id}`, 'self')],
  }
  const capture = account.captures.get(captureId)
  if (!isWhole || capture === undefined) return brief
  const { dispute_state: _unshown, ...whole } = brief
  const transaction = {
    seller_transaction_id: captureId,
    transaction_status: reversalId === null ? 'COMPLETED' : 'REVERSED',
    gross_amount: moneyOf(capture.minor, currency),
    ...(capture.ids['invoice_id'] === undefined ? {} : { invoice_number: capture.ids['invoice_id'] }),
    ...(capture.ids['custom_id'] === undefined ? {} : { custom: capture.ids['custom_id'] }),
  }
  const back = reversalId === null ? {} : { amount_refunded: amount }
  const end = outcome === null ? {} : { dispute_outcome: { outcome_code: outcome, ...back } }
  return { ...whole, disputed_transactions: [transaction], ...end }
}

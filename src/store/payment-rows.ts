import type { Money } from '../domain/money.ts'
import {
  openOf,
  problemOf,
  refundedMinor,
  type BookedPayment,
  type DisputeState,
  type PaymentProblem,
  type PaymentState,
  type RefundState,
} from '../domain/payment-state.ts'
import { billById, type Bill } from './bill-rows.ts'
import { findRow, moneyIn, readRows, type RowReader, type StoreReader } from './core.ts'

/** By what way a payment was learned of first. */
export type SeenBy = 'webhook' | 'scan' | 'hand'

/** A payment of a client. */
export interface Payment {
  readonly id: string
  /** `hand`: it came by bank, and a person recorded it. */
  readonly service: string
  readonly outsideId: string
  readonly isLive: boolean
  readonly linkId: string | null
  /** Null: nobody knows what it is for. */
  readonly billId: string | null
  readonly amount: Money
  readonly state: PaymentState
  readonly fee: Money | null
  readonly seenBy: SeenBy
  readonly paidMs: number | null
  readonly recordedMs: number
  readonly checkedMs: number
  /** Whether its money is as real as that which its link asked for. */
  readonly isOfMode: boolean
  /** What its link asked for; null where it was paid at none. */
  readonly asked: Money | null
  /** Why a person took back what was recorded by hand; null where nobody did. */
  readonly withdrawnWhy: string | null
  /** Since when its service does not know it as paid; null while it does. */
  readonly doubtedMs: number | null
}

/** Money that goes back; in the currency of its payment. */
export interface Refund {
  readonly id: string
  readonly paymentId: string
  readonly outsideId: string | null
  readonly origin: 'ours' | 'outside'
  readonly amountMinor: number
  readonly state: RefundState
  readonly reason: string
  /** Who wanted it, or who saw it first. */
  readonly actor: string
  /** Why it was not made; null where it was, or may have been. */
  readonly error: string | null
  readonly plannedMs: number
  /** When the service was first asked for it; null before. */
  readonly sentMs: number | null
  readonly endedMs: number | null
}

/** A client's bank that wants money back. */
export interface Dispute {
  readonly id: string
  readonly paymentId: string
  readonly outsideId: string
  readonly amount: Money
  readonly state: DisputeState
  readonly reason: string
  readonly dueMs: number | null
  readonly openedMs: number
  readonly seenMs: number
}

/** A payment with all that became of its money, and what is wrong with it. */
export interface PaymentBooks extends Payment {
  readonly refunds: readonly Refund[]
  readonly disputes: readonly Dispute[]
  /** What went back of it, or is on its way. */
  readonly refundedMinor: number
  readonly problem: PaymentProblem | null
}

/** Payments with the mode that each was asked for in. */
const PAYMENTS = `SELECT p.*, COALESCE(l.livemode, p.livemode) AS asked_livemode,
    l.amount_minor AS asked_minor, l.currency AS asked_currency
  FROM payments p LEFT JOIN links l ON l.id = p.link_id`

/** The payments for which a condition on `p` is true, in its order. */
export function paymentsWhere(
  core: StoreReader,
  where: string,
  values: Readonly<Record<string, string | number | null>>,
): Payment[] {
  return readRows(core, `${PAYMENTS} WHERE ${where}`, values, readPayment)
}

function readPayment(is: RowReader): Payment {
  return {
    id: is.text('id'),
    service: is.text('service'),
    outsideId: is.text('outside_id'),
    isLive: is.number('livemode') === 1,
    linkId: is.textOrNull('link_id'),
    billId: is.textOrNull('bill_id'),
    amount: { minor: is.number('amount_minor'), currency: is.text('currency') },
    state: is.text<PaymentState>('state'),
    fee: moneyIn(is, 'fee_minor', 'fee_currency'),
    seenBy: is.text<SeenBy>('seen_by'),
    paidMs: is.numberOrNull('paid_ms'),
    recordedMs: is.number('recorded_ms'),
    checkedMs: is.number('checked_ms'),
    isOfMode: is.number('livemode') === is.number('asked_livemode'),
    asked: moneyIn(is, 'asked_minor', 'asked_currency'),
    withdrawnWhy: is.textOrNull('withdrawn_why'),
    doubtedMs: is.numberOrNull('doubted_ms'),
  }
}

/** The payments of a bill, in the order in which they were recorded. */
export function paymentsOfBill(core: StoreReader, billId: string): Payment[] {
  return paymentsWhere(core, 'p.bill_id = :billId ORDER BY p.recorded_ms, p.id', { billId })
}

/** The refunds of a payment, oldest first. */
export function refundsOf(core: StoreReader, paymentId: string): Refund[] {
  const sql = 'SELECT * FROM refunds WHERE payment_id = :paymentId ORDER BY planned_ms, id'
  return readRows(core, sql, { paymentId }, readRefund)
}

/** A row of refunds. */
export function readRefund(is: RowReader): Refund {
  return {
    id: is.text('id'),
    paymentId: is.text('payment_id'),
    outsideId: is.textOrNull('outside_id'),
    origin: is.text<Refund['origin']>('origin'),
    amountMinor: is.number('amount_minor'),
    state: is.text<RefundState>('state'),
    reason: is.text('reason'),
    actor: is.text('actor'),
    error: is.textOrNull('error'),
    plannedMs: is.number('planned_ms'),
    sentMs: is.numberOrNull('sent_ms'),
    endedMs: is.numberOrNull('ended_ms'),
  }
}

/** The disputes of a payment, oldest first. */
export function disputesOf(core: StoreReader, paymentId: string): Dispute[] {
  const sql = 'SELECT * FROM disputes WHERE payment_id = :paymentId ORDER BY opened_ms, id'
  return readRows(core, sql, { paymentId }, readDispute)
}

/** Those that wait for an answer, the nearest deadline first; one without a deadline last. */
export function waitingDisputes(core: StoreReader): Dispute[] {
  const sql = `SELECT * FROM disputes d /* by disputes_due */ WHERE d.state IN ('warning', 'needs_response')`
  return readRows(core, sql, {}, readDispute).toSorted(byDeadline)
}

function byDeadline(a: Dispute, b: Dispute): number {
  const due = ({ dueMs }: Dispute): number => dueMs ?? Number.MAX_SAFE_INTEGER
  return due(a) - due(b) || (a.id < b.id ? -1 : 1)
}

function readDispute(is: RowReader): Dispute {
  return {
    id: is.text('id'),
    paymentId: is.text('payment_id'),
    outsideId: is.text('outside_id'),
    amount: { minor: is.number('amount_minor'), currency: is.text('currency') },
    state: is.text<DisputeState>('state'),
    reason: is.text('reason'),
    dueMs: is.numberOrNull('due_ms'),
    openedMs: is.number('opened_ms'),
    seenMs: is.number('seen_ms'),
  }
}

/** A payment with its refunds and disputes, as the rules take it. */
export type WholePayment = Payment & BookedPayment & Pick<PaymentBooks, 'refunds' | 'disputes'>

/** Reads them. */
export function wholePayment(core: StoreReader, payment: Payment): WholePayment {
  return { ...payment, refunds: refundsOf(core, payment.id), disputes: disputesOf(core, payment.id) }
}

/** What is still to be paid of a bill; null where it has no price. */
export function openOfBill(core: StoreReader, bill: Bill): Money | null {
  return openOf(
    bill,
    paymentsOfBill(core, bill.id).map(payment => wholePayment(core, payment)),
  )
}

/** A payment with what is wrong with it: that follows from all payments of its bill. */
export function booksOf(core: StoreReader, payment: Payment): PaymentBooks {
  const whole = wholePayment(core, payment)
  const bill = payment.billId === null ? null : billById(core, payment.billId)
  const all = bill === null ? [whole] : paymentsOfBill(core, bill.id).map(one => wholePayment(core, one))
  return { ...whole, refundedMinor: refundedMinor(whole.refunds), problem: problemOf(whole, bill, all) }
}

/** A payment by its full id; null where there is none. */
export function paymentById(core: StoreReader, id: string): Payment | null {
  return paymentsWhere(core, 'p.id = :id', { id })[0] ?? null
}

/** A payment by the id that its service gave it; null where it is not known. */
export function paymentAt(core: StoreReader, service: string, outsideId: string): Payment | null {
  const where = 'p.service = :service AND p.outside_id = :outsideId'
  return paymentsWhere(core, where, { service, outsideId })[0] ?? null
}

/** What a payment is recorded for. */
export interface PaidLink {
  readonly id: string
  readonly billId: string
}

/**
 * The link at which a payment was made: by the service's id of it, else by ours that is kept with the payment. Never by
 * a name or an amount. Null where neither is known.
 */
export function linkPaid(
  core: StoreReader,
  service: string,
  { linkId, ids }: { readonly linkId: string | null; readonly ids: Readonly<Record<string, string>> },
): PaidLink | null {
  const read = (is: RowReader): PaidLink => ({ id: is.text('id'), billId: is.text('bill_id') })
  const byOutside = 'SELECT id, bill_id FROM links WHERE service = :service AND outside_id = :linkId'
  const found = linkId === null ? null : findRow(core, byOutside, { service, linkId }, read)
  const ours = ids['link']
  if (found !== null || ours === undefined) return found
  const byId = 'SELECT id, bill_id FROM links WHERE id = :ours AND service = :service'
  return findRow(core, byId, { ours, service }, read)
}

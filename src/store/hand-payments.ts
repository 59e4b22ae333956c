import { BY_HAND, decideHand, type HandDecision, type HandPayment } from '../domain/hand-payment.ts'
import { handNews } from '../domain/payment-news.ts'
import { billById, type Bill } from './bill-rows.ts'
import { findRow, type Change, type StoreReader } from './core.ts'
import { openOfBill, paymentAt, paymentById, type Payment } from './payment-rows.ts'
import { settleBill } from './settle-bill.ts'
import { tellBooks, writePayment, type PaymentRow } from './write-payment.ts'

/** What became of a payment that a person recorded. */
export type HandRecorded =
  { readonly kind: 'recorded'; readonly id: string } | Exclude<HandDecision, { readonly kind: 'record' }>

/** What would become of it. */
export function planHand(core: StoreReader, bill: Bill, hand: HandPayment): HandDecision {
  const same = paymentAt(core, BY_HAND, hand.reference)
  return decideHand(hand, {
    bill: { id: bill.id, isReplaced: bill.state === 'cancelled' },
    open: openOfBill(core, bill),
    same: same?.withdrawnWhy === null ? same : null,
  })
}

/** Takes money that came by bank into the books; see `recordByHand` of {@link file://./payments.ts}. */
export function recordHand(tx: Change, billId: string, hand: HandPayment): HandRecorded {
  const bill = billById(tx, billId)
  if (bill === null) return { kind: 'refused', why: 'there is no such bill', next: 'echopilot task list' }
  const decision = planHand(tx, bill, hand)
  if (decision.kind !== 'record') return decision
  const payment = handPayment(tx, bill, hand)
  writePayment(tx, payment)
  tellBooks(tx, payment)
  settleBill(tx, bill.id, [handNews(payment, { open: decision.open, withdrawn: null }, tx.clock.now())])
  return { kind: 'recorded', id: payment.id }
}

/** A record that was withdrawn is taken up again where its reference is. */
function handPayment(tx: Change, bill: Bill, { amount, paidMs, reference }: HandPayment): PaymentRow {
  const now = tx.clock.now()
  return {
    id: paymentAt(tx, BY_HAND, reference)?.id ?? tx.newId('payment'),
    service: BY_HAND,
    outsideId: reference,
    isLive: isLiveStore(tx),
    linkId: null,
    billId: bill.id,
    state: 'paid',
    amount,
    fee: null,
    paidMs,
    seenBy: 'hand',
    recordedMs: now,
    checkedMs: now,
    withdrawnWhy: null,
    doubtedMs: null,
  }
}

/** A store is of one mode, which its links tell; without any, what comes by bank is real. */
function isLiveStore(core: StoreReader): boolean {
  const sql = 'SELECT livemode FROM links ORDER BY id DESC LIMIT 1'
  return findRow(core, sql, {}, is => is.number('livemode') === 1) ?? true
}

/** Takes back what was recorded by hand; see `withdraw` of {@link file://./payments.ts}. */
export function withdrawHand(tx: Change, id: string, why: string): Payment | null {
  const payment = paymentById(tx, id)
  if (payment?.service !== BY_HAND || payment.withdrawnWhy !== null) return payment
  const { isOfMode: _mode, asked: _asked, ...row } = payment
  const withdrawn: PaymentRow = { ...row, state: 'failed', paidMs: null, withdrawnWhy: why }
  writePayment(tx, withdrawn)
  tellBooks(tx, withdrawn)
  const bill = payment.billId === null ? null : billById(tx, payment.billId)
  if (bill !== null) {
    const open = openOfBill(tx, bill)
    settleBill(tx, bill.id, [handNews(payment, { open, withdrawn: why }, tx.clock.now())])
  }
  return paymentById(tx, id)
}

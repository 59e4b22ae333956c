import type { BillState } from './billing.ts'
import type { Money } from './money.ts'

/** States of a payment, in the order in which they follow each other: one that failed may be paid at another try. */
export const PAYMENT_STATES = ['pending', 'failed', 'paid'] as const
/** One of them. */
export type PaymentState = (typeof PAYMENT_STATES)[number]

/**
 * States of a refund, in the order in which they follow each other. The first three are ours, the others are the word
 * of the service, which may find even a refund that succeeded to have failed.
 */
export const REFUND_STATES = ['planned', 'cancelled', 'sent', 'pending', 'succeeded', 'failed'] as const
/** One of them. */
export type RefundState = (typeof REFUND_STATES)[number]

/** States of a dispute. None is the last: an appeal can follow one that was lost. */
export const DISPUTE_STATES = ['warning', 'needs_response', 'under_review', 'won', 'lost', 'closed'] as const
/** One of them. */
export type DisputeState = (typeof DISPUTE_STATES)[number]

/** A payment as one answer of its service tells of it, or several merged. */
export interface PaymentView {
  readonly state: PaymentState
  readonly amount: Money
  /** What the service kept; null until it tells. */
  readonly fee: Money | null
  /** Null where it is not paid. */
  readonly paidMs: number | null
  /** When the service was asked. */
  readonly askedMs: number
}

/** A refund in the same way. */
export interface RefundView {
  readonly state: RefundState
  readonly amountMinor: number
}

/** A dispute in the same way. */
export interface DisputeView {
  readonly state: DisputeState
  readonly amount: Money
  readonly dueMs: number | null
  readonly askedMs: number
}

/**
 * What two answers tell together. Answers come in any order, again, and by several processes: whatever the order, they
 * merge to the same. The state moves forward only; what goes with it is of the answer that was further, then newer.
 */
export function mergePayments(a: PaymentView, b: PaymentView): PaymentView {
  const [older, newer] = a.askedMs <= b.askedMs ? [a, b] : [b, a]
  const isBack = rank(PAYMENT_STATES, newer.state) < rank(PAYMENT_STATES, older.state)
  const { state, amount, paidMs } = isBack ? older : newer
  return { state, amount, paidMs, fee: newer.fee ?? older.fee, askedMs: newer.askedMs }
}

/** The same of a refund. Its amount never changes. */
export function mergeRefunds(a: RefundView, b: RefundView): RefundView {
  return rank(REFUND_STATES, a.state) > rank(REFUND_STATES, b.state) ? a : b
}

/** The same of a dispute: the newest answer counts, for it goes forward and back. */
export function mergeDisputes(a: DisputeView, b: DisputeView): DisputeView {
  if (a.askedMs !== b.askedMs) return a.askedMs > b.askedMs ? a : b
  return rank(DISPUTE_STATES, a.state) > rank(DISPUTE_STATES, b.state) ? a : b
}

function rank<State>(states: readonly State[], state: State): number {
  return states.indexOf(state)
}

/** A payment with what became of its money. */
export interface BookedPayment extends Pick<PaymentView, 'state' | 'amount' | 'paidMs'> {
  readonly id: string
  /** Whether its money is as real as that which its link asked for. */
  readonly isOfMode: boolean
  readonly refunds: readonly RefundView[]
  readonly disputes: readonly Pick<DisputeView, 'state' | 'amount'>[]
}

/** What is asked for. */
export interface AskedBill {
  readonly state: BillState
  readonly amount: Money | null
}

/** States in which a bill says nothing of payments: there is no price, or another bill stands in its place. */
const APART: ReadonlySet<BillState> = new Set(['unpriced', 'cancelled'])

/**
 * The state of a bill that follows from its payments. Those of another amount, currency or mode do not make it paid.
 * What went back is taken off, so that a bill which was paid twice and refunded once is paid.
 */
export function billStateOf(bill: AskedBill, payments: readonly BookedPayment[]): BillState {
  const fitting = payments.filter(payment => payment.state === 'paid' && fits(payment, bill))
  if (APART.has(bill.state) || bill.amount === null || fitting.length === 0) return bill.state
  if (fitting.some(isDisputed)) return 'disputed'
  const keptMinor = sum(fitting.map(({ amount, refunds }) => amount.minor - refundedMinor(refunds)))
  if (keptMinor >= bill.amount.minor) return 'paid'
  return keptMinor > 0 ? 'partly_refunded' : 'refunded'
}

/** Over the amount of a bill, in its currency, and of the mode in which it was asked for. */
function fits({ amount, isOfMode }: BookedPayment, bill: AskedBill): boolean {
  return isOfMode && amount.minor === bill.amount?.minor && amount.currency === bill.amount.currency
}

/** The bank asks for the money, or has taken it. */
function isDisputed({ disputes }: BookedPayment): boolean {
  return disputes.some(({ state }) => state !== 'won' && state !== 'closed')
}

/** What the service says went back, or is on its way. */
export function refundedMinor(refunds: readonly RefundView[]): number {
  return sum(
    refunds.flatMap(({ state, amountMinor }) =>
      state === 'pending' || state === 'succeeded' ? [amountMinor] : [],
    ),
  )
}

/** What is left of a payment: without refunds, and without what a bank took back. */
function keptOf({ amount, refunds, disputes }: BookedPayment): number {
  const lost = disputes.flatMap(dispute => (dispute.state === 'lost' ? [dispute.amount.minor] : []))
  return Math.max(0, amount.minor - refundedMinor(refunds) - sum(lost))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** What is not as it should be with money that was taken, and what that means. */
export const PAYMENT_PROBLEMS = {
  unknown_payer: 'it belongs to no bill: nobody knows what it is for',
  mode_differs: 'its money is not of the mode in which it was asked for',
  amount_differs: 'it is over another amount than its bill, which is not paid by it',
  bill_cancelled: 'its bill had been replaced by another',
  paid_twice: 'its bill was paid before',
} as const

/** One of them. */
export type PaymentProblem = keyof typeof PAYMENT_PROBLEMS

/**
 * What is wrong with a payment of a bill; null where nothing is, or its money went back. `all` are the payments of the
 * bill, with this one; `bill` is null where nobody knows what it is for.
 */
export function problemOf(
  payment: BookedPayment,
  bill: AskedBill | null,
  all: readonly BookedPayment[],
): PaymentProblem | null {
  if (payment.state !== 'paid' || keptOf(payment) === 0) return null
  if (bill === null) return 'unknown_payer'
  if (!payment.isOfMode) return 'mode_differs'
  if (!fits(payment, bill)) return 'amount_differs'
  if (bill.state === 'cancelled') return 'bill_cancelled'
  const kept = all
    .filter(one => one.state === 'paid' && fits(one, bill) && keptOf(one) > 0)
    .toSorted((a, b) => (a.paidMs ?? 0) - (b.paidMs ?? 0) || (a.id < b.id ? -1 : 1))
  const isTooMuch = sum(kept.map(keptOf)) > (bill.amount?.minor ?? 0)
  return isTooMuch && kept[0]?.id !== payment.id ? 'paid_twice' : null
}

import type { BillState } from './billing.ts'
import { whyNoLink, type Money } from './money.ts'

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
  /** What its link asked for; null where it came by bank: a person said what it is for, and it may be a part. */
  readonly asked: Money | null
  /** Since when its service does not know it as paid; null while it does. */
  readonly doubtedMs: number | null
  readonly refunds: readonly RefundView[]
  readonly disputes: readonly Pick<DisputeView, 'state' | 'amount'>[]
}

/** What is asked for. */
export interface AskedBill {
  readonly state: BillState
  readonly amount: Money | null
  /** How it stood before anything was paid. */
  readonly owed: OwedState
}

/** States of a bill of which nothing was paid. */
export type OwedState = Extract<BillState, 'unpriced' | 'unpaid' | 'on_invoice'>

/**
 * The state of a bill that follows from its payments. By a link it is paid with what that asked for, by bank in parts
 * too: until they cover it, it is owed as before, or on an invoice where what is left is too little for a link. What
 * went back is taken off, so that a bill which was paid twice and refunded once is paid.
 */
export function billStateOf(bill: AskedBill, payments: readonly BookedPayment[]): BillState {
  // Without a price nothing was asked for; where another bill stands in its place, that says how it stands.
  if (bill.state === 'cancelled' || bill.amount === null) return bill.state
  const counted = payments.filter(payment => counts(payment, bill))
  if (counted.some(isDisputed)) return 'disputed'
  if (sum(counted.map(({ amount }) => amount.minor)) < bill.amount.minor) return owedState(bill, counted)
  const keptMinor = sum(counted.map(leftOf))
  if (keptMinor >= bill.amount.minor) return 'paid'
  return keptMinor > 0 ? 'partly_refunded' : 'refunded'
}

function owedState(bill: AskedBill, counted: readonly BookedPayment[]): BillState {
  const left = openOf(bill, counted)
  const isPart = left !== null && left.minor !== bill.amount?.minor
  return isPart && whyNoLink(left) !== null ? 'on_invoice' : bill.owed
}

/** What is still to be paid of a bill; null where there is no price. */
export function openOf(bill: Pick<AskedBill, 'amount'>, payments: readonly BookedPayment[]): Money | null {
  if (bill.amount === null) return null
  const kept = sum(payments.filter(payment => counts(payment, bill)).map(leftOf))
  return { ...bill.amount, minor: Math.max(0, bill.amount.minor - kept) }
}

/**
 * What went back of a bill that was covered, to the client or, by a lost dispute, to its bank; never more than its
 * amount. What went back of parts that did not cover it is open again, and what was paid twice covers it once more.
 */
export function returnedOf(bill: Pick<AskedBill, 'amount'>, payments: readonly BookedPayment[]): number {
  const counted = payments.filter(payment => counts(payment, bill))
  const minor = bill.amount?.minor ?? 0
  const isCovered = sum(counted.map(({ amount }) => amount.minor)) >= minor
  return isCovered ? Math.max(0, minor - sum(counted.map(keptOf))) : 0
}

function counts(payment: BookedPayment, bill: Pick<AskedBill, 'amount'>): boolean {
  return payment.state === 'paid' && fits(payment, bill)
}

/** Over what its link asked for, or by bank; in the currency of its bill, and of the mode in which it was asked for. */
function fits({ amount, asked, isOfMode }: BookedPayment, bill: Pick<AskedBill, 'amount'>): boolean {
  return isOfMode && amount.currency === bill.amount?.currency && (asked === null || isSame(asked, amount))
}

function isSame(a: Money, b: Money): boolean {
  return a.minor === b.minor && a.currency === b.currency
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

function leftOf({ amount, refunds }: BookedPayment): number {
  return amount.minor - refundedMinor(refunds)
}

/** What is left of a payment: without refunds, and without what a bank took back. */
function keptOf(payment: BookedPayment): number {
  const lost = payment.disputes.flatMap(dispute => (dispute.state === 'lost' ? [dispute.amount.minor] : []))
  return Math.max(0, leftOf(payment) - sum(lost))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** What is not as it should be with money that was taken, and what that means. */
export const PAYMENT_PROBLEMS = {
  not_paid: 'its service does not know it as paid any more: the books say more than was paid',
  unknown_payer: 'it belongs to no bill: nobody knows what it is for',
  mode_differs: 'its money is not of the mode in which it was asked for',
  amount_differs: 'it is over another amount than its bill, which is not paid by it',
  bill_cancelled: 'its bill had been replaced by another',
  paid_twice: 'its bill was paid before',
  overpaid: 'it was recorded by hand, and with it more came than its bill asks for',
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
  if (payment.doubtedMs !== null) return 'not_paid'
  if (bill === null) return 'unknown_payer'
  if (!payment.isOfMode) return 'mode_differs'
  if (!fits(payment, bill)) return 'amount_differs'
  if (bill.state === 'cancelled') return 'bill_cancelled'
  const counted = all.filter(one => counts(one, bill)).toSorted(byTime)
  const upToIt = counted.slice(0, counted.findIndex(({ id }) => id === payment.id) + 1)
  if (sum(upToIt.map(keptOf)) <= (bill.amount?.minor ?? 0)) return null
  return payment.asked === null ? 'overpaid' : 'paid_twice'
}

/** As they were paid. */
function byTime(a: BookedPayment, b: BookedPayment): number {
  return (a.paidMs ?? 0) - (b.paidMs ?? 0) || (a.id < b.id ? -1 : 1)
}

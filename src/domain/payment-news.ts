import type { MoneyNews } from './board.ts'
import { formatMoney, type Money } from './money.ts'
import type { DisputeView, RefundView } from './payment-state.ts'

/** The payment that something befell. */
interface Paid {
  readonly id: string
  readonly amount: Money
}

/** The row about money that came by bank. `open` is what is still to be paid, `withdrawn` why it is not to count. */
export function handNews(
  { id, amount }: Paid,
  { open, withdrawn }: { readonly open: Money | null; readonly withdrawn: string | null },
  atMs: number,
): MoneyNews {
  const left = open === null ? '' : `${formatMoney(open)} is left to pay`
  return {
    id,
    status: withdrawn === null ? 'Success' : 'Warning',
    message: `payment of ${formatMoney(amount)} by bank, recorded by hand${withdrawn === null ? '' : ': withdrawn'}`,
    details: `${id}: ${withdrawn === null ? left : `${withdrawn}; ${left}`}`,
    atMs,
  }
}

/** A refund, as people are told of it. */
export interface ToldRefund extends RefundView {
  readonly id: string
  readonly origin: 'ours' | 'outside'
  readonly reason: string
}

/** The row of the Automation Log about a refund of a payment. */
export function refundNews(paid: Paid, refund: ToldRefund, atMs: number): MoneyNews {
  const { id, state, reason } = refund
  const amount = { minor: refund.amountMinor, currency: paid.amount.currency }
  return {
    id,
    status: state === 'failed' ? 'Error' : 'Warning',
    message: `refund of ${formatMoney(amount)}: ${state}`,
    details: `${id} of ${paid.id}, ${refund.origin === 'ours' ? 'made here' : 'made outside'}: ${reason}`,
    atMs,
  }
}

/** A dispute, as people are told of it. */
export interface ToldDispute extends Pick<DisputeView, 'state' | 'amount' | 'dueMs'> {
  readonly id: string
  readonly reason: string
}

/** The same about a dispute. */
export function disputeNews(paid: Paid, dispute: ToldDispute, atMs: number): MoneyNews {
  const { id, state, amount, reason } = dispute
  return {
    id,
    status: state === 'won' ? 'Success' : 'Warning',
    message: `dispute over ${formatMoney(amount)}: ${STANDING[state]}`,
    details: `${id} of ${paid.id}: ${reason}${untilText(dispute)}`,
    atMs,
  }
}

const STANDING: Readonly<Record<DisputeView['state'], string>> = {
  warning: 'the bank asks about it',
  needs_response: 'an answer is wanted',
  under_review: 'the bank looks at the answer',
  won: 'won',
  lost: 'lost',
  closed: 'closed',
}

function untilText({ state, dueMs }: ToldDispute): string {
  const isWanted = state === 'warning' || state === 'needs_response'
  const due = new Date(dueMs ?? Number.NaN)
  return isWanted && !Number.isNaN(due.getTime()) ? `, to be answered before ${due.toISOString()}` : ''
}

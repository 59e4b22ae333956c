import type { PaymentFacts, RefundFacts } from '../domain/payment.ts'
import { mergePayments, type PaymentView } from '../domain/payment-state.ts'
import type { Change, StoreReader } from './core.ts'
import { isReturnNews, recordDisputes, recordRefunds, returnsOf } from './payment-returns.ts'
import { linkPaid, paymentAt, paymentById, type PaidLink, type Payment, type SeenBy } from './payment-rows.ts'
import { settleBill } from './settle-bill.ts'
import { tellBooks, writePayment, type PaymentRow } from './write-payment.ts'

/** How a payment was learned of. */
export interface Seeing {
  readonly by: SeenBy
  /** When the service was asked for what it told, before its answer: answers may be recorded in another order. */
  readonly askedMs: number
}

/** What became of what a service told. */
export interface Recorded {
  readonly id: string
  /** Null: nobody knows what it is for. */
  readonly billId: string | null
  readonly isNew: boolean
  /** Whether the books are otherwise than before. */
  readonly isChanged: boolean
}

/** Takes what a service tells of a payment into the books; see `record` of {@link file://./payments.ts}. */
export function recordPayment(tx: Change, service: string, facts: PaymentFacts, seen: Seeing): Recorded {
  const before = paymentAt(tx, service, facts.id)
  const link = before === null || before.billId === null ? linkPaid(tx, service, facts) : null
  const after = paymentAfter(tx, before, link, { service, facts, seen })
  writePayment(tx, after)
  const isTold = before === null || isOther(before, after)
  if (isTold) tellBooks(tx, after)
  const changed = new Set([
    ...recordRefunds(tx, after.id, facts.refunds),
    ...recordDisputes(tx, after.id, facts.disputes, seen.askedMs),
  ])
  // All that is known of it is news for a bill that it belongs to only now.
  tellReturns(tx, after, id => link !== null || changed.has(id))
  const { id, billId } = after
  return { id, billId, isNew: before === null, isChanged: isTold || changed.size > 0 }
}

/** Takes what a service tells of one refund of a payment into the books; inside a transaction. */
export function recordRefund(tx: Change, paymentId: string, facts: RefundFacts): void {
  const payment = paymentById(tx, paymentId)
  const changed = new Set(recordRefunds(tx, paymentId, [facts]))
  if (payment !== null) tellReturns(tx, payment, id => changed.has(id))
}

/** The bill of a payment follows what became of its money, and the outside hears what is news. */
export function tellReturns(
  tx: Change,
  payment: Pick<Payment, 'id' | 'amount' | 'billId'>,
  isNews: (id: string) => boolean,
): void {
  if (payment.billId !== null) settleBill(tx, payment.billId, returnsOf(tx, payment, isNews))
}

/** Whether {@link recordPayment} would change what the books say. */
export function wouldChange(
  core: StoreReader,
  service: string,
  facts: PaymentFacts,
  askedMs: number,
): boolean {
  const before = paymentAt(core, service, facts.id)
  if (before === null) return true
  const { state, amount, fee } = merged(before, facts, askedMs)
  const link = before.billId === null ? linkPaid(core, service, facts) : null
  const isOfPayment =
    link !== null ||
    isOther(before, {
      ...before,
      state,
      amount,
      fee,
      doubtedMs: facts.state === 'paid' ? null : before.doubtedMs,
    })
  return isOfPayment || isReturnNews(core, before.id, facts)
}

interface Told {
  readonly service: string
  readonly facts: PaymentFacts
  readonly seen: Seeing
}

function paymentAfter(
  tx: Change,
  before: Payment | null,
  link: PaidLink | null,
  { service, facts, seen }: Told,
): PaymentRow {
  const { state, amount, fee, paidMs, askedMs } = merged(before, facts, seen.askedMs)
  return {
    id: before?.id ?? tx.newId('payment'),
    service,
    outsideId: facts.id,
    isLive: facts.isLive,
    linkId: before?.linkId ?? link?.id ?? null,
    billId: before?.billId ?? link?.billId ?? null,
    state,
    amount,
    fee,
    paidMs,
    seenBy: before?.seenBy ?? seen.by,
    recordedMs: before?.recordedMs ?? tx.clock.now(),
    checkedMs: askedMs,
    withdrawnWhy: null,
    doubtedMs: facts.state === 'paid' ? null : (before?.doubtedMs ?? null),
  }
}

function merged(
  before: Payment | null,
  { state, amount, fee, atMs }: PaymentFacts,
  askedMs: number,
): PaymentView {
  const told = { state, amount, fee, paidMs: state === 'paid' ? atMs : null, askedMs }
  return before === null ? told : mergePayments({ ...before, askedMs: before.checkedMs }, told)
}

/** Whether the books say something else of it, beside when it was asked about. */
function isOther(before: PaymentRow, after: PaymentRow): boolean {
  return saidOf(before) !== saidOf(after)
}

function saidOf({ state, amount, fee, billId, doubtedMs }: PaymentRow): string {
  const { minor, currency } = amount
  return JSON.stringify([state, minor, currency, fee?.minor, fee?.currency, billId, doubtedMs])
}

import type { PaymentFacts } from '../domain/payment.ts'
import { mergePayments, type PaymentView } from '../domain/payment-state.ts'
import { billById } from './bill-rows.ts'
import type { Change, StoreReader } from './core.ts'
import { isReturnNews, recordDisputes, recordRefunds, returnsOf } from './payment-returns.ts'
import { linkPaid, paymentAt, type PaidLink, type Payment, type SeenBy } from './payment-rows.ts'
import { appendEntry } from './receipts.ts'
import { settleBill } from './settle-bill.ts'

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
  const news = returnsOf(tx, after, id => link !== null || changed.has(id))
  if (after.billId !== null) settleBill(tx, after.billId, news)
  const { id, billId } = after
  return { id, billId, isNew: before === null, isChanged: isTold || changed.size > 0 }
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
  const isOfPayment = link !== null || isOther(before, { ...before, state, amount, fee })
  return isOfPayment || isReturnNews(core, before.id, facts)
}

interface Told {
  readonly service: string
  readonly facts: PaymentFacts
  readonly seen: Seeing
}

/** A payment without what only its link tells. */
type PaymentRow = Omit<Payment, 'isOfMode'>

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

function writePayment(tx: Change, { amount, fee, isLive, ...row }: PaymentRow): void {
  tx.engine.run(
    `INSERT INTO payments (id, service, outside_id, livemode, link_id, bill_id, currency, amount_minor, state,
       fee_minor, fee_currency, seen_by, paid_ms, recorded_ms, checked_ms)
     VALUES (:id, :service, :outsideId, :livemode, :linkId, :billId, :currency, :amountMinor, :state,
       :feeMinor, :feeCurrency, :seenBy, :paidMs, :recordedMs, :checkedMs)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, currency = excluded.currency,
       amount_minor = excluded.amount_minor, fee_minor = excluded.fee_minor, fee_currency = excluded.fee_currency,
       paid_ms = excluded.paid_ms, checked_ms = excluded.checked_ms, link_id = excluded.link_id,
       bill_id = excluded.bill_id`,
    {
      ...row,
      livemode: isLive ? 1 : 0,
      currency: amount.currency,
      amountMinor: amount.minor,
      feeMinor: fee?.minor ?? null,
      feeCurrency: fee?.currency ?? null,
    },
  )
}

/** Whether the books say something else of it, beside when it was asked about. */
function isOther(before: PaymentRow, after: PaymentRow): boolean {
  return saidOf(before) !== saidOf(after)
}

function saidOf({ state, amount, fee, billId }: PaymentRow): string {
  const { minor, currency } = amount
  return JSON.stringify([state, minor, currency, fee?.minor, fee?.currency, billId])
}

/** The audit chain and the receipt of the run get it as it stands now. */
function tellBooks(tx: Change, payment: PaymentRow): void {
  const { id, service, outsideId, isLive, state, amount, fee, billId } = payment
  const facts = { state, amountMinor: amount.minor, currency: amount.currency, isLive }
  const kept = { feeMinor: fee?.minor ?? null, feeCurrency: fee?.currency ?? null }
  tx.about(id, { bill: billId, service, ...facts, ...kept })
  const bill = billId === null ? null : billById(tx, billId)
  if (bill !== null) appendEntry(tx, bill.runId, 'payment', { id, service, outsideId, ...facts, ...kept })
}

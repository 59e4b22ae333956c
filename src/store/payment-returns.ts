import type { MoneyNews } from '../domain/board.ts'
import type { DisputeFacts, RefundFacts } from '../domain/payment.ts'
import { disputeNews, refundNews } from '../domain/payment-news.ts'
import { mergeDisputes, mergeRefunds, type RefundState } from '../domain/payment-state.ts'
import { billById } from './bill-rows.ts'
import type { Change, StoreReader } from './core.ts'
import {
  disputesOf,
  paymentById,
  refundsOf,
  type Dispute,
  type Payment,
  type Refund,
} from './payment-rows.ts'
import { appendEntry } from './receipts.ts'

/**
 * Takes what a service tells of refunds of a payment into the books; inside the transaction that records the payment.
 * Returns the ids of those that are otherwise than before.
 */
export function recordRefunds(tx: Change, paymentId: string, told: readonly RefundFacts[]): string[] {
  const known = refundsOf(tx, paymentId)
  return told.flatMap(facts => {
    const before = known.find(({ id, outsideId }) => outsideId === facts.id || id === facts.ours)
    return before === undefined ? insertRefund(tx, paymentId, facts) : updateRefund(tx, before, facts)
  })
}

function insertRefund(
  tx: Change,
  paymentId: string,
  { id: outsideId, amount, ...facts }: RefundFacts,
): string[] {
  const id = tx.newId('refund')
  tx.engine.run(
    `INSERT INTO refunds (id, payment_id, outside_id, origin, amount_minor, state, reason, actor, planned_ms, ended_ms)
     VALUES (:id, :paymentId, :outsideId, 'outside', :amountMinor, :state, :reason, :actor, :atMs, :endedMs)`,
    {
      id,
      paymentId,
      outsideId,
      amountMinor: amount.minor,
      state: facts.state,
      reason: facts.reason ?? 'none was given',
      actor: tx.actor,
      atMs: facts.atMs,
      endedMs: endOf(tx, facts.state),
    },
  )
  tellRefund(tx, { id, paymentId, amountMinor: amount.minor, state: facts.state })
  return [id]
}

/** A service's first word of a refund counts whatever we thought of it: what had failed here may have been made. */
function updateRefund(tx: Change, before: Refund, facts: RefundFacts): string[] {
  const told = { state: facts.state, amountMinor: facts.amount.minor }
  const { state, amountMinor } = before.outsideId === null ? told : mergeRefunds(before, told)
  if (state === before.state && before.outsideId !== null) return []
  tx.engine.run(
    `UPDATE refunds SET state = :state, amount_minor = :amountMinor, outside_id = :outsideId,
       sent_ms = COALESCE(sent_ms, :atMs), ended_ms = :endedMs, error = NULL WHERE id = :id`,
    {
      id: before.id,
      state,
      amountMinor,
      outsideId: facts.id,
      atMs: facts.atMs,
      endedMs: endOf(tx, state),
    },
  )
  tellRefund(tx, { ...before, amountMinor, state })
  return [before.id]
}

function endOf(tx: Change, state: RefundState): number | null {
  return state === 'succeeded' || state === 'failed' ? tx.clock.now() : null
}

/** The audit chain and the receipt of the run get a refund as it stands now. */
export function tellRefund(
  tx: Change,
  { id, paymentId, amountMinor, state }: Pick<Refund, 'id' | 'paymentId' | 'amountMinor' | 'state'>,
): void {
  tx.about(id, { payment: paymentId, state, amountMinor })
  const bill = billById(tx, paymentById(tx, paymentId)?.billId ?? '')
  if (bill !== null) appendEntry(tx, bill.runId, 'refund', { id, payment: paymentId, state, amountMinor })
}

/** The same of disputes. `askedMs` is when the service was asked: an older answer changes nothing. */
export function recordDisputes(
  tx: Change,
  paymentId: string,
  told: readonly DisputeFacts[],
  askedMs: number,
): string[] {
  const known = disputesOf(tx, paymentId)
  return told.flatMap(facts => {
    const before = known.find(({ outsideId }) => outsideId === facts.id) ?? null
    const after = disputeAfter(tx, paymentId, before, { ...facts, askedMs })
    writeDispute(tx, after)
    if (before !== null && before.state === after.state && before.dueMs === after.dueMs) return []
    tx.about(after.id, { payment: paymentId, state: after.state, amountMinor: after.amount.minor })
    return [after.id]
  })
}

function disputeAfter(
  tx: Change,
  paymentId: string,
  before: Dispute | null,
  told: DisputeFacts & { readonly askedMs: number },
): Dispute {
  const merged = before === null ? told : mergeDisputes({ ...before, askedMs: before.seenMs }, told)
  return {
    id: before?.id ?? tx.newId('dispute'),
    paymentId,
    outsideId: told.id,
    amount: merged.amount,
    state: merged.state,
    reason: before?.reason ?? told.reason,
    dueMs: merged.dueMs,
    openedMs: before?.openedMs ?? told.atMs,
    seenMs: merged.askedMs,
  }
}

function writeDispute(tx: Change, { amount, ...row }: Dispute): void {
  tx.engine.run(
    `INSERT INTO disputes (id, payment_id, outside_id, currency, amount_minor, state, reason, due_ms, opened_ms, seen_ms)
     VALUES (:id, :paymentId, :outsideId, :currency, :amountMinor, :state, :reason, :dueMs, :openedMs, :seenMs)
     ON CONFLICT (id) DO UPDATE SET currency = excluded.currency, amount_minor = excluded.amount_minor,
       state = excluded.state, due_ms = excluded.due_ms, seen_ms = excluded.seen_ms`,
    { ...row, currency: amount.currency, amountMinor: amount.minor },
  )
}

/** Whether a service tells of a refund or dispute what the books do not say. */
export function isReturnNews(
  core: StoreReader,
  paymentId: string,
  {
    refunds,
    disputes,
  }: { readonly refunds: readonly RefundFacts[]; readonly disputes: readonly DisputeFacts[] },
): boolean {
  const knownRefunds = refundsOf(core, paymentId)
  const knownDisputes = disputesOf(core, paymentId)
  return (
    refunds.some(({ id, state }) => !knownRefunds.some(one => one.outsideId === id && one.state === state)) ||
    disputes.some(({ id, state }) => !knownDisputes.some(one => one.outsideId === id && one.state === state))
  )
}

/** What is planned, or may have been made, is not told outside before it is known what came of it. */
const TOLD: ReadonlySet<RefundState> = new Set(['pending', 'succeeded', 'failed'])

/** What people are told of the refunds and disputes of a payment that are news. */
export function returnsOf(
  tx: Change,
  payment: Pick<Payment, 'id' | 'amount'>,
  isNews: (id: string) => boolean,
): MoneyNews[] {
  const atMs = tx.clock.now()
  return [
    ...refundsOf(tx, payment.id)
      .filter(({ state }) => TOLD.has(state))
      .map(refund => refundNews(payment, refund, atMs)),
    ...disputesOf(tx, payment.id).map(dispute => disputeNews(payment, dispute, atMs)),
  ].filter(({ id }) => isNews(id))
}

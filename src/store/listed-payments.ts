import type { Span } from '../domain/coverage.ts'
import type { Listed } from '../domain/listed-payment.ts'
import type { DisputeState, PaymentState, RefundState } from '../domain/payment-state.ts'
import { findRow, readRows, type Change, type StoreReader } from './core.ts'
import { markPayment } from './payment-marks.ts'
import { flag } from './sql.ts'

/** Whether the books say what a list of a service does. A payment that failed need not be in them. */
export function isInBooks(core: StoreReader, service: string, listed: Listed): boolean {
  const { paymentId } = listed
  switch (listed.kind) {
    case 'payment': {
      const books = findRow(core, PAYMENT, { service, paymentId }, is => ({
        state: is.text<PaymentState>('state'),
        minor: is.number('amount_minor'),
        currency: is.text('currency'),
        refundedMinor: is.numberOrNull('refunded') ?? 0,
        isDisputed: is.number('is_disputed') === 1,
        isDoubted: is.numberOrNull('doubted_ms') !== null,
      }))
      if (books === null) return listed.state === 'failed'
      const isSameMoney = books.minor === listed.amount.minor && books.currency === listed.amount.currency
      return (
        books.state === listed.state &&
        isSameMoney &&
        !books.isDoubted &&
        (listed.refundedMinor ?? books.refundedMinor) === books.refundedMinor &&
        (listed.isDisputed ?? books.isDisputed) === books.isDisputed
      )
    }
    case 'refund': {
      const state = findRow(core, RETURN.refunds, { service, paymentId, id: listed.id }, is =>
        is.text<RefundState>('state'),
      )
      return state === listed.state
    }
    case 'dispute': {
      const books = findRow(core, RETURN.disputes, { service, paymentId, id: listed.id }, is => ({
        state: is.text<DisputeState>('state'),
        seenMs: is.number('seen_ms'),
      }))
      return (
        books !== null &&
        (listed.state ?? books.state) === books.state &&
        (listed.state !== null || books.seenMs > listed.changedMs + CLOCKS_DIFFER_MS)
      )
    }
  }
}

/** How far our clock and that of a service may be apart, with the second that its times are cut to. */
const CLOCKS_DIFFER_MS = 300_000

const PAYMENT = `SELECT p.state, p.amount_minor, p.currency, p.doubted_ms,
    (SELECT SUM(r.amount_minor) FROM refunds r WHERE r.payment_id = p.id AND r.state IN ('pending', 'succeeded'))
      AS refunded,
    ${flag('EXISTS (SELECT 1 FROM disputes d WHERE d.payment_id = p.id)')} AS is_disputed
  FROM payments p WHERE p.service = :service AND p.outside_id = :paymentId`

const RETURN = {
  refunds: `SELECT r.state FROM payments p JOIN refunds r ON r.payment_id = p.id
    WHERE p.service = :service AND p.outside_id = :paymentId AND r.outside_id = :id`,
  disputes: `SELECT d.state, d.seen_ms FROM payments p JOIN disputes d ON d.payment_id = p.id
    WHERE p.service = :service AND p.outside_id = :paymentId AND d.outside_id = :id`,
} as const

/** The service's ids of what was paid in a span, as the books say, with ours. */
export function paidIn(core: StoreReader, service: string, { fromMs, toMs }: Span): Map<string, string> {
  const rows = readRows(
    core,
    `SELECT outside_id, id FROM payments /* by payments_paid */
     WHERE state = 'paid' AND service = :service AND paid_ms >= :fromMs AND paid_ms < :toMs`,
    { service, fromMs, toMs },
    is => [is.text('outside_id'), is.text('id')] as const,
  )
  return new Map(rows)
}

/** Its service does not know as paid what the books say was. Said again, nothing changes; recorded anew, it ends. */
export function doubtPayment(tx: Change, id: string): void {
  const changed = tx.engine.run(
    `UPDATE payments SET doubted_ms = :now
     WHERE id = :id AND doubted_ms IS NULL AND state = 'paid' AND service <> 'hand'`,
    { id, now: tx.clock.now() },
  )
  if (changed !== 1) return
  markPayment(tx, id)
  tx.about(id, { doubted: true })
}

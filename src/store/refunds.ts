import { formatMoney, type Money } from '../domain/money.ts'
import type { RefundFacts } from '../domain/payment.ts'
import type { RefundState } from '../domain/payment-state.ts'
import { aboveCeiling, whyNoRefund, type RefundCeilings } from '../domain/refund-guard.ts'
import { findRow, readRow, readRows, type Change, type StoreCore, type StoreReader } from './core.ts'
import { tellRefund } from './payment-returns.ts'
import { paymentById, readRefund, refundsOf, wholePayment, type Refund } from './payment-rows.ts'
import { recordRefund, tellReturns } from './record-payment.ts'

/** What is to be given back. */
export interface RefundRequest {
  readonly paymentId: string
  readonly amount: Money
  readonly reason: string
}

/** A refund that was planned, or why it was not. `isNew` is false for the same request, which stands and has no end. */
export type PlannedRefund =
  | { readonly kind: 'planned'; readonly refund: Refund; readonly isNew: boolean }
  | { readonly kind: 'refused'; readonly why: string }

/** What allows a refund to be made. */
export interface RefundLeave {
  readonly ceilings: RefundCeilings
  /** The amount that the operator repeated, so that it may be above a ceiling. */
  readonly repeated: Money | null
}

/**
 * Whether the service may be asked for a refund now. `mayBeMade`: it was asked before. `above`: it is above a ceiling,
 * and was not repeated. `ended`: there is nothing to ask any more.
 */
export type SentRefund =
  | { readonly kind: 'sent'; readonly refund: Refund; readonly mayBeMade: boolean }
  | { readonly kind: 'ended'; readonly refund: Refund }
  | { readonly kind: 'refused' | 'above'; readonly refund: Refund; readonly why: string }

/** Which refunds are wanted. */
export interface RefundFilter {
  readonly state: RefundState | null
  readonly paymentId: string | null
  readonly limit: number
}

/**
 * Refunds as intents: one is planned, then the service is asked for it, as often as need be, and what it says of it is
 * recorded. The key to ask by follows from its id, so there is one refund of an intent.
 */
export function refundStore(core: StoreCore) {
  return {
    /** Plans one where so much is left: what is planned at one moment by several is never more than was paid. */
    plan: (request: RefundRequest): Promise<PlannedRefund> =>
      core.change(core.actor, 'refund.plan', tx => plan(tx, request)),
    /** The same request, where it stands and has no end; null where there is none. */
    same: async (request: RefundRequest) => sameOpen(core, request),
    /** What {@link plan} would say against it. */
    whyNot: async (request: RefundRequest) => whyNot(core, request, refundsOf(core, request.paymentId)),
    /** Records that the service is asked for it from now on. After a crash it may have been made. */
    send: (id: string, leave: RefundLeave): Promise<SentRefund> =>
      core.change(core.actor, 'refund.send', tx => send(tx, id, leave)),
    /** What the service made of it, as {@link recordPayment} records what it tells of refunds. */
    record: (id: string, facts: RefundFacts) =>
      core.change(core.actor, 'refund.record', tx => {
        const { paymentId } = refundById(tx, id)
        recordRefund(tx, paymentId, { ...facts, ours: id })
        return refundById(tx, id)
      }),
    /** The service refused it, and shows none: it was not made. Where it was after all, its word counts. */
    refuse: (id: string, error: string) =>
      core.change(core.actor, 'refund.refuse', tx => {
        const refund = refundById(tx, id)
        return refund.state === 'sent' ? moved(tx, refund, 'failed', error) : refund
      }),
    /** Gives a plan up; null where it is not one any more. */
    cancel: (id: string) =>
      core.change(core.actor, 'refund.cancel', tx => {
        const refund = refundById(tx, id)
        return refund.state === 'planned' ? moved(tx, refund, 'cancelled', null) : null
      }),
    /** By its full id; null where there is none. */
    get: async (id: string) => findRow(core, BY_ID, { id }, readRefund),
    /** The newest first. */
    list: async (filter: RefundFilter) =>
      readRows(
        core,
        `SELECT * FROM refunds WHERE ${conditionOf(filter)} ORDER BY planned_ms DESC, id DESC LIMIT :limit`,
        { ...filter },
        readRefund,
      ),
    /** Those of which the last word is not known, the one that was asked about longest ago first. */
    standing: async (limit: number) =>
      readRows(
        core,
        `SELECT r.* FROM refunds r JOIN payments p ON p.id = r.payment_id
         WHERE r.state IN ('planned', 'sent', 'pending') AND r.state <> 'planned' ORDER BY p.checked_ms, r.id LIMIT :limit`,
        { limit },
        readRefund,
      ),
    /** Of ours those that failed since an instant, where nothing was planned or made of the payment after them. */
    failedSince: async (sinceMs: number) => readRows(core, FAILED, { sinceMs }, readRefund),
  }
}

const BY_ID = 'SELECT * FROM refunds WHERE id = :id'

const FAILED = `SELECT * FROM refunds r WHERE state = 'failed' AND origin = 'ours' AND ended_ms >= :sinceMs
  AND NOT EXISTS (SELECT 1 FROM refunds o WHERE o.payment_id = r.payment_id AND o.planned_ms >= r.planned_ms
    AND o.id <> r.id AND o.state NOT IN ('failed', 'cancelled'))
  ORDER BY ended_ms`

function conditionOf({ state, paymentId }: RefundFilter): string {
  const ofPayment = paymentId === null ? 'TRUE' : 'payment_id = :paymentId'
  return [state === null ? 'TRUE' : 'state = :state', ofPayment].join(' AND ')
}

function refundById(core: StoreReader, id: string): Refund {
  return readRow(core, BY_ID, { id }, readRefund)
}

/** `refunds` are those that it has to stand beside. */
function whyNot(
  core: StoreReader,
  { paymentId, amount }: RefundRequest,
  refunds: readonly Refund[],
): string | null {
  const payment = paymentById(core, paymentId)
  if (payment === null) return 'there is no such payment'
  return whyNoRefund({ ...wholePayment(core, payment), refunds }, amount)
}

function plan(tx: Change, request: RefundRequest): PlannedRefund {
  const { paymentId, amount, reason } = request
  const known = sameOpen(tx, request)
  if (known !== null) return { kind: 'planned', refund: known, isNew: false }
  const why = whyNot(tx, request, refundsOf(tx, paymentId))
  if (why !== null) return { kind: 'refused', why }
  const id = tx.newId('refund')
  tx.engine.run(
    `INSERT INTO refunds (id, payment_id, origin, amount_minor, state, reason, actor, planned_ms)
     VALUES (:id, :paymentId, 'ours', :amountMinor, 'planned', :reason, :actor, :now)`,
    { id, paymentId, amountMinor: amount.minor, reason, actor: tx.actor, now: tx.clock.now() },
  )
  const refund = refundById(tx, id)
  tellRefund(tx, refund)
  return { kind: 'planned', refund, isNew: true }
}

/** What is asked for a second time, as after a crash, goes on instead. */
function sameOpen(core: StoreReader, { paymentId, amount, reason }: RefundRequest): Refund | null {
  const isSame = (one: Refund): boolean => one.amountMinor === amount.minor && one.reason === reason
  return refundsOf(core, paymentId).find(one => isOpen(one) && isSame(one)) ?? null
}

function isOpen({ origin, state }: Refund): boolean {
  return origin === 'ours' && (state === 'planned' || state === 'sent')
}

function send(tx: Change, id: string, leave: RefundLeave): SentRefund {
  const refund = refundById(tx, id)
  if (!isOpen(refund)) return { kind: 'ended', refund }
  const { paymentId, amountMinor, reason } = refund
  const currency = paymentById(tx, paymentId)?.amount.currency ?? ''
  const amount = { minor: amountMinor, currency }
  const others = refundsOf(tx, paymentId).filter(one => one.id !== id)
  const why = whyNot(tx, { paymentId, amount, reason }, others)
  if (why !== null) return { kind: 'refused', refund, why }
  if (refund.state === 'sent') return { kind: 'sent', refund, mayBeMade: true }
  const above = aboveCeiling(amount, sentToday(tx, currency), leave.ceilings)
  if (above !== null && !isRepeated(amount, leave)) return { kind: 'above', refund, why: above }
  return { kind: 'sent', refund: moved(tx, refund, 'sent', null), mayBeMade: false }
}

function isRepeated(amount: Money, { repeated }: RefundLeave): boolean {
  return repeated !== null && formatMoney(repeated) === formatMoney(amount)
}

const DAY_MS = 86_400_000

/** What was given back today (UTC), or may have been. */
function sentToday(tx: Change, currency: string): number {
  const fromMs = Math.floor(tx.clock.now() / DAY_MS) * DAY_MS
  const sql = `SELECT COALESCE(SUM(r.amount_minor), 0) AS minor FROM refunds r JOIN payments p ON p.id = r.payment_id
    WHERE r.origin = 'ours' AND r.state IN ('sent', 'pending', 'succeeded') AND r.sent_ms >= :fromMs
      AND p.currency = :currency`
  return readRow(tx, sql, { fromMs, currency }, is => is.number('minor'))
}

/** A state of ours, with what follows from it. */
function moved(
  tx: Change,
  refund: Refund,
  state: 'sent' | 'failed' | 'cancelled',
  error: string | null,
): Refund {
  const now = tx.clock.now()
  tx.engine.run(
    `UPDATE refunds SET state = :state, error = :error, sent_ms = :sentMs, ended_ms = :endedMs WHERE id = :id`,
    {
      id: refund.id,
      state,
      error,
      sentMs: state === 'sent' ? now : refund.sentMs,
      endedMs: state === 'sent' ? null : now,
    },
  )
  const after = refundById(tx, refund.id)
  tellRefund(tx, after)
  const payment = paymentById(tx, refund.paymentId)
  if (payment !== null && state === 'failed') tellReturns(tx, payment, id => id === refund.id)
  return after
}

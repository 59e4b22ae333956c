import { formatMoney, type Money } from '../domain/money.ts'
import type { RefundState } from '../domain/payment-state.ts'
import {
  document,
  facts,
  id,
  line,
  minute,
  next,
  state,
  table,
  type Part,
  type Document,
  type Span,
  type Tone,
} from '../kernel/document.ts'
import { instantText } from '../kernel/text.ts'
import type { Payment, Refund } from '../store/payment-rows.ts'

/** A refund, as people and machines see it. */
export interface RefundFigure {
  /** Null for one that would be planned. */
  readonly id: string | null
  readonly paymentId: string
  readonly service: string
  /** The service's id of it; null until it was made. */
  readonly outsideId: string | null
  /** `49.90 EUR` */
  readonly amount: string
  readonly state: RefundState
  /** Whether it is real money. */
  readonly live: boolean
  /** Whether it was made here or at the service. */
  readonly origin: Refund['origin']
  readonly reason: string
  readonly by: string
  /** Why it was not made; null where it was, or may have been. */
  readonly error: string | null
  readonly plannedMs: number
  readonly sentAt: string | null
  readonly endedAt: string | null
}

/** The figure of a refund of a payment. */
export function refundFigure(
  { service, amount, isLive }: Payment,
  { id: of, paymentId, amountMinor, actor, sentMs, endedMs, ...refund }: Refund,
): RefundFigure {
  return {
    id: of,
    paymentId,
    service,
    outsideId: refund.outsideId,
    amount: formatMoney({ minor: amountMinor, currency: amount.currency }),
    state: refund.state,
    live: isLive,
    origin: refund.origin,
    reason: refund.reason,
    by: actor,
    error: refund.error,
    plannedMs: refund.plannedMs,
    sentAt: sentMs === null ? null : instantText(sentMs),
    endedAt: endedMs === null ? null : instantText(endedMs),
  }
}

/** The figure of one that would be planned. */
export function wantedFigure(
  payment: Payment,
  { amount, reason }: { readonly amount: Money; readonly reason: string },
  { actor, plannedMs }: Pick<Refund, 'actor' | 'plannedMs'>,
): RefundFigure {
  const own = { id: '', paymentId: payment.id, amountMinor: amount.minor, reason, actor, plannedMs }
  const none = { outsideId: null, error: null, sentMs: null, endedMs: null }
  return { ...refundFigure(payment, { ...own, ...none, state: 'planned', origin: 'ours' }), id: null }
}

const STATES = {
  planned: ['planned', 'open'],
  cancelled: ['given up', 'warn'],
  sent: ['asked for, not known whether it was made', 'warn'],
  pending: ['on its way', 'open'],
  succeeded: ['given back', 'good'],
  failed: ['failed', 'bad'],
} as const satisfies Record<RefundState, readonly [string, Tone]>

function stateOf({ state: is, live }: RefundFigure): Span {
  const [words, tone] = STATES[is]
  return state(`${words}${live ? '' : ' (no real money)'}`, tone)
}

/** What was done with a refund, or would be. */
export interface RefundDone {
  readonly dryRun: boolean
  /** `planned`, `would be made` … */
  readonly did: string
  readonly refund: RefundFigure
  /** What to type next; null where there is nothing. */
  readonly next: string | null
}

/** What was done, by the state that it came to. */
export const REFUND_DONE: Readonly<Record<RefundState, string>> = {
  planned: 'planned',
  cancelled: 'given up',
  sent: 'asked for',
  pending: 'on its way',
  succeeded: 'given back',
  failed: 'not given back',
}

/** The same for people. */
export function refundDocument({ did, refund, next: command }: RefundDone): Document {
  return document(
    line`${refund.amount} of ${id(refund.paymentId)}: ${did}`,
    refundFacts(refund),
    next(command),
  )
}

/** One refund whole. */
export function refundFacts(refund: RefundFigure): Part {
  return facts(
    [refund.id === null ? 'not planned yet' : stateOf(refund), refund.amount],
    refund.id === null ? null : ['id', id(refund.id)],
    ['payment', id(refund.paymentId)],
    [refund.service, refund.outsideId ?? 'not made yet'],
    ['reason', refund.reason],
    ['by', refund.origin === 'ours' ? refund.by : `outside, seen by ${refund.by}`],
    ['planned', instantText(refund.plannedMs)],
    refund.sentAt === null ? null : ['asked for', refund.sentAt],
    refund.endedAt === null ? null : ['ended', refund.endedAt],
    refund.error === null ? null : ['error', refund.error],
  )
}

/** Refunds in a table, the newest first. */
export function refundTable(refunds: readonly RefundFigure[]): Document {
  if (refunds.length === 0) return document('no refunds')
  return document(
    table(
      [
        { title: 'planned (UTC)' },
        { title: 'amount', align: 'right' },
        { title: 'state' },
        { title: 'reason' },
        { title: 'payment' },
        { title: 'id' },
      ],
      refunds.map(refund => [
        minute(refund.plannedMs),
        refund.amount,
        stateOf(refund),
        refund.reason,
        id(refund.paymentId),
        id(refund.id ?? ''),
      ]),
    ),
    next(nextOf(refunds.find(({ state: is }) => is === 'planned' || is === 'sent'))),
  )
}

function nextOf(refund: RefundFigure | undefined): string | null {
  return refund?.id === undefined || refund.id === null ? null : `echopilot refund run ${refund.id}`
}

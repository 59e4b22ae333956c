import type { Span } from '../../domain/coverage.ts'
import type { Listed } from '../../domain/listed-payment.ts'
import { isRefusal } from '../../kernel/service-failure.ts'
import type { MovementList } from '../../roles/payment-provider.ts'
import type { Asked } from './payments.ts'
import { idsIn } from './our-ids.ts'
import { unlessGone } from './payments.ts'
import type { Transaction } from './wire.ts'

const HOUR_MS = 3_600_000
/** Transaction search takes 31 days in one question. */
const LONGEST_MS = 30 * 24 * HOUR_MS
const SHORTEST_MS = 1_000

/** Transaction search, which is three hours behind and goes back three years, and the list of disputes. */
export function paypalMovements({ api }: Asked): MovementList {
  return {
    lagMs: 3 * HOUR_MS,
    keptMs: 3 * 365 * 24 * HOUR_MS,
    in: async function* inSpan(span) {
      for (const part of partsOf(span)) yield* transactionsIn(api, part)
      for (let token: string | null = null, isFirst = true; isFirst || token !== null; isFirst = false) {
        const { disputes, next } = await api.disputesIn(span, token)
        for (const { id, changedMs } of disputes) yield await listedDispute(api, id, changedMs)
        token = next
      }
    },
  }
}

function partsOf({ fromMs, toMs }: Span): Span[] {
  const parts: Span[] = []
  for (let ms = fromMs; ms < toMs; ms += LONGEST_MS)
    parts.push({ fromMs: ms, toMs: Math.min(ms + LONGEST_MS, toMs) })
  return parts
}

/** Where a span has more than one answer may hold, its halves are asked for. */
async function* transactionsIn(api: Asked['api'], span: Span): AsyncGenerator<Listed[]> {
  try {
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const found = await api.transactions(span, page)
      pages = found.pages
      yield found.transactions.flatMap(listedTransaction)
    }
  } catch (error) {
    const isTooMuch = isRefusal(error) && error.code === 'RESULTSET_TOO_LARGE'
    if (!isTooMuch || span.toMs - span.fromMs <= SHORTEST_MS) throw error
    const middleMs = Math.floor((span.fromMs + span.toMs) / 2)
    yield* transactionsIn(api, { fromMs: span.fromMs, toMs: middleMs })
    yield* transactionsIn(api, { fromMs: middleMs, toMs: span.toMs })
  }
}

/** Payments that came in begin with T00. */
const PAYMENT = /^T00/
/** Reversals, refunds and chargebacks; what is held while a dispute lasts (T1110, T1111) is no refund. */
const RETURN = /^T(?:11(?!1[01])|12)/

const STATES: Readonly<Record<string, 'pending' | 'failed'>> = { P: 'pending', D: 'failed' }

/** None for what is neither a payment that came in nor money that went back of one. */
function listedTransaction({ id, code, status, isIncome, amount, about, customId }: Transaction): Listed[] {
  const thing = { kind: 'capture', id: about ?? id }
  if (PAYMENT.test(code) && isIncome) {
    // V: it was paid, and went back since, which stands for itself.
    const state = STATES[status] ?? 'paid'
    return [
      {
        kind: 'payment',
        thing,
        paymentId: id,
        state,
        amount,
        ids: idsIn(customId),
        refundedMinor: null,
        isDisputed: null,
      },
    ]
  }
  if (!RETURN.test(code) || isIncome || about === null) return []
  return [{ kind: 'refund', thing, paymentId: about, id, state: STATES[status] ?? 'succeeded' }]
}

/** The list does not tell which payments a dispute is about. */
async function listedDispute(api: Asked['api'], id: string, changedMs: number): Promise<Listed[]> {
  const dispute = await unlessGone(api.dispute(id))
  return (dispute?.captureIds ?? []).map(paymentId => ({
    kind: 'dispute',
    thing: { kind: 'dispute', id },
    paymentId,
    id,
    state: null,
    changedMs,
  }))
}

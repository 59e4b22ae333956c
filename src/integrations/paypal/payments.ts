import { isRefusal } from '../../kernel/service-failure.ts'
import { waitsForAnswer } from '../../domain/dispute.ts'
import type { DisputeFacts, PaymentFacts, RefundFacts } from '../../domain/payment.ts'
import type { OutsideThing, Seen } from '../../roles/payment-provider.ts'
import type { PayPalClient } from './client.ts'
import { idsIn } from './our-ids.ts'
import type { Capture, Dispute, Order, Refund } from './wire.ts'

/** PayPal, and whether its money is real. */
export interface Asked {
  readonly api: PayPalClient
  readonly isLive: boolean
}

/** What PayPal answers, or null where it knows no such thing, or knows it no more. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (isRefusal(error) && error.status === 404) return null
    throw error
  }
}

/** The payments of an order: one at most, but the last word is PayPal's. */
export async function paymentsOf(asked: Asked, order: Order): Promise<PaymentFacts[]> {
  const facts: PaymentFacts[] = []
  for (const capture of order.captures) {
    const refunds = order.refunds.filter(({ captureId }) => captureId === null || captureId === capture.id)
    facts.push(await paymentFacts(asked, { ...capture, orderId: order.id }, refunds))
  }
  return facts
}

async function paymentFacts(
  { api, isLive }: Asked,
  capture: Capture,
  refunds: readonly Refund[],
): Promise<PaymentFacts> {
  const state = stateOf(capture)
  return {
    id: capture.id,
    isLive,
    amount: capture.amount,
    state,
    linkId: capture.orderId,
    ids: idsIn(capture.customId),
    fee: capture.fee,
    atMs: capture.atMs,
    refunds: refunds.map(refundFacts),
    // The payment does not say that there are any.
    disputes: state === 'paid' ? (await api.disputes(capture.id)).map(disputeFacts) : [],
  }
}

const PAID: ReadonlySet<string> = new Set(['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED'])
const FAILED: ReadonlySet<string> = new Set(['DECLINED', 'FAILED'])

/** A state that is new to us is no proof of money. */
function stateOf({ status }: Capture): PaymentFacts['state'] {
  if (PAID.has(status)) return 'paid'
  return FAILED.has(status) ? 'failed' : 'pending'
}

/** Our id of a refund is its `custom_id`; one that was made outside may repeat that of the payment there. */
const OURS = /^ref_[0-9a-z]+$/

/** What a bank or PayPal took back stands among the refunds too: the money went back to the payer in the same way. */
export function refundFacts({ id, amount, status, customId, note, atMs }: Refund): RefundFacts {
  const isOver = status === 'FAILED' || status === 'CANCELLED'
  return {
    id,
    amount,
    state: isOver ? 'failed' : status === 'COMPLETED' ? 'succeeded' : 'pending',
    ours: customId !== null && OURS.test(customId) ? customId : null,
    reason: note,
    atMs,
  }
}

/** How a dispute ended. One that PayPal paid for, or the payer gave up, was lost by nobody. */
const ENDS: Readonly<Record<string, DisputeFacts['state']>> = {
  RESOLVED_SELLER_FAVOUR: 'won',
  DENIED: 'won',
  RESOLVED_BUYER_FAVOUR: 'lost',
  ACCEPTED: 'lost',
}

function disputeFacts(dispute: Dispute): DisputeFacts {
  const { id, amount, reason, dueMs, atMs } = dispute
  const state = disputeState(dispute)
  return { id, amount, state, reason, dueMs: waitsForAnswer({ state }) ? dueMs : null, atMs }
}

function disputeState({ status, stage, outcome }: Dispute): DisputeFacts['state'] {
  if (status === 'RESOLVED') return ENDS[outcome ?? ''] ?? 'closed'
  if (status === 'UNDER_REVIEW' || status === 'WAITING_FOR_BUYER_RESPONSE') return 'under_review'
  // An inquiry moves no money yet. One in a state that is new to us is shown to a person, not taken for one seen to.
  return stage === 'INQUIRY' ? 'warning' : 'needs_response'
}

const NOTHING: Seen = { links: [], payments: [] }

/** Asks what a thing of an event concerns. The kinds are those of `resource_type`. */
export async function lookAt(asked: Asked, { kind, id }: OutsideThing): Promise<Seen> {
  const { api } = asked
  switch (kind) {
    case 'checkout-order':
      return lookAtOrder(asked, id)
    case 'capture':
      return lookAtCapture(asked, id, null)
    case 'refund': {
      const refund = await api.refund(id)
      return refund.captureId === null ? NOTHING : lookAtCapture(asked, refund.captureId, refund)
    }
    case 'dispute':
      return lookAtDispute(asked, id)
    default:
      return NOTHING
  }
}

/** One whose time is over is a link all the same: whoever looks at that is told so. */
async function lookAtOrder(asked: Asked, id: string): Promise<Seen> {
  const order = await unlessGone(asked.api.order(id))
  return { links: [id], payments: order === null ? [] : await paymentsOf(asked, order) }
}

/** A payment by its id; null where PayPal knows none. @throws ServiceFailure */
export async function showPayment(asked: Asked, id: string): Promise<PaymentFacts | null> {
  const seen = await unlessGone(lookAtCapture(asked, id, null))
  return seen?.payments.find(payment => payment.id === id) ?? null
}

/** Only the order knows all refunds of its payment; where there is none, what is known is told. */
async function lookAtCapture(asked: Asked, id: string, refund: Refund | null): Promise<Seen> {
  const capture = await asked.api.captured(id)
  if (capture.orderId !== null) {
    const seen = await lookAtOrder(asked, capture.orderId)
    if (seen.payments.some(payment => payment.id === id)) return seen
  }
  const links = capture.orderId === null ? [] : [capture.orderId]
  return { links, payments: [await paymentFacts(asked, capture, refund === null ? [] : [refund])] }
}

/** A dispute may be about payments that were not made by an order, which are none of ours. */
async function lookAtDispute(asked: Asked, id: string): Promise<Seen> {
  const { captureIds } = await asked.api.dispute(id)
  const all: Seen[] = []
  for (const captureId of captureIds) {
    const seen = await unlessGone(lookAtCapture(asked, captureId, null))
    if (seen !== null) all.push(seen)
  }
  return { links: all.flatMap(({ links }) => links), payments: all.flatMap(({ payments }) => payments) }
}

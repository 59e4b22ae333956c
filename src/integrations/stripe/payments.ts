import type { Stripe } from 'stripe'
import { waitsForAnswer } from '../../domain/dispute.ts'
import type { Money } from '../../domain/money.ts'
import type { DisputeFacts, PaymentFacts, RefundFacts } from '../../domain/payment.ts'
import { isRefusal } from '../../kernel/service-failure.ts'
import type { OutsideThing, Seen } from '../../roles/payment-provider.ts'
import type { StripeClient } from './client.ts'

/** What a payment intent tells: a payment, or why none came of it yet. */
export interface IntentFacts {
  /** Null where nobody has paid with it, and nothing is on its way. */
  readonly payment: PaymentFacts | null
  /** Why the last try to pay was refused; null where none was. */
  readonly refusal: string | null
}

/**
 * Asks how it stands with a payment. `linkId` is that of the link at which it was paid, where that is known. A charge
 * does not say that a bank only asks about it: whoever knows that there is such a thing says so by `hasInquiry`.
 */
export async function intentFacts(
  api: StripeClient,
  id: string,
  linkId: string | null,
  hasInquiry = false,
): Promise<IntentFacts> {
  const intent = await api.intent(id)
  const charge = chargeOf(intent)
  const refusal = intent.last_payment_error?.message ?? null
  const state = stateOf(intent, charge)
  if (state === null) return { payment: null, refusal }
  const currency = intent.currency.toUpperCase()
  const isPaid = state === 'paid'
  const disputes = hasInquiry || charge?.disputed === true ? await api.disputes(id) : []
  const payment: PaymentFacts = {
    id: intent.id,
    isLive: intent.livemode,
    amount: { minor: isPaid ? intent.amount_received : intent.amount, currency },
    state,
    linkId,
    ids: intent.metadata,
    fee: charge === null ? null : feeOf(charge, disputes),
    atMs: (charge ?? intent).created * 1000,
    refunds: isPaid ? (await api.refunds(id)).map(refundFacts) : [],
    disputes: disputes.map(disputeFacts),
  }
  return { payment, refusal }
}

/** The state of a payment. One that was begun and never tried with any means of payment is none yet. */
export function stateOf(
  { status }: Stripe.PaymentIntent,
  charge: Stripe.Charge | null,
): PaymentFacts['state'] | null {
  if (status === 'succeeded') return 'paid'
  if (status === 'processing') return 'pending'
  return charge?.status === 'failed' ? 'failed' : null
}

/** The newest charge of a payment, where it was asked for with it. */
export function chargeOf({ latest_charge: charge }: Stripe.PaymentIntent): Stripe.Charge | null {
  return typeof charge === 'string' ? null : charge
}

/** With what disputes cost, in the currency in which Stripe pays out. */
function feeOf(
  { balance_transaction: booked }: Stripe.Charge,
  disputes: readonly Stripe.Dispute[],
): Money | null {
  if (booked === null || typeof booked === 'string') return null
  const all = [booked, ...disputes.flatMap(({ balance_transactions: moves }) => moves)]
  const minor = all.reduce((sum, { fee }) => sum + fee, 0)
  return { minor, currency: booked.currency.toUpperCase() }
}

/** A payment by its id; null where nothing came of it, or Stripe knows none. @throws ServiceFailure */
export async function showPayment(api: StripeClient, id: string): Promise<PaymentFacts | null> {
  try {
    return (await intentFacts(api, id, null)).payment
  } catch (error) {
    if (isRefusal(error) && error.status === 404) return null
    throw error
  }
}

/** Under this name our id of a refund is kept with it. */
export const OURS = 'echopilot_refund'

/** A refund as Stripe has it. */
export function refundFacts({
  id,
  amount,
  currency,
  status,
  metadata,
  reason,
  created,
}: Stripe.Refund): RefundFacts {
  const isOver = status === 'failed' || status === 'canceled'
  return {
    id,
    amount: { minor: amount, currency: currency.toUpperCase() },
    state: isOver ? 'failed' : status === 'succeeded' ? 'succeeded' : 'pending',
    ours: metadata?.[OURS] ?? null,
    reason,
    atMs: created * 1000,
  }
}

const DISPUTE_STATES: Readonly<Record<string, DisputeFacts['state']>> = {
  warning_needs_response: 'warning',
  warning_under_review: 'under_review',
  warning_closed: 'closed',
  needs_response: 'needs_response',
  under_review: 'under_review',
  appeal_needs_response: 'needs_response',
  appeal_under_review: 'under_review',
  won: 'won',
  lost: 'lost',
  prevented: 'closed',
}

/** A dispute as Stripe has it. */
export function disputeFacts({
  id,
  amount,
  currency,
  status,
  reason,
  created,
  evidence_details: { due_by },
}: Stripe.Dispute): DisputeFacts {
  // One that is new to us is shown to a person rather than taken for one that is over.
  const state = DISPUTE_STATES[status] ?? 'needs_response'
  return {
    id,
    amount: { minor: amount, currency: currency.toUpperCase() },
    state,
    reason,
    dueMs: due_by !== null && waitsForAnswer({ state }) ? due_by * 1000 : null,
    atMs: created * 1000,
  }
}

const NOTHING: Seen = { links: [], payments: [] }

/** Asks what a thing of an event concerns. */
export async function lookAt(api: StripeClient, { kind, id }: OutsideThing): Promise<Seen> {
  switch (kind) {
    case 'payment_link':
      return { ...NOTHING, links: [id] }
    case 'checkout.session':
      return lookAtSession(await api.session(id), api)
    case 'payment_intent':
      return lookAtIntent(api, id, null)
    case 'charge':
      return lookAtIntent(api, (await api.charge(id)).payment_intent, null)
    case 'refund':
      return lookAtIntent(api, (await api.refund(id)).payment_intent, null)
    case 'dispute':
      return lookAtIntent(api, (await api.dispute(id)).payment_intent, null, true)
    default:
      return NOTHING
  }
}

async function lookAtSession(
  { payment_link, payment_intent }: Stripe.Checkout.Session,
  api: StripeClient,
): Promise<Seen> {
  const linkId = idOf(payment_link)
  const { payments } = await lookAtIntent(api, payment_intent, linkId)
  return { links: linkId === null ? [] : [linkId], payments }
}

async function lookAtIntent(
  api: StripeClient,
  intent: string | { readonly id: string } | null,
  linkId: string | null,
  hasInquiry = false,
): Promise<Seen> {
  const id = idOf(intent)
  const payment = id === null ? null : (await intentFacts(api, id, linkId, hasInquiry)).payment
  return payment === null ? NOTHING : { ...NOTHING, payments: [payment] }
}

/** Of a thing that is given as itself or by its id. */
export function idOf(thing: string | { readonly id: string } | null): string | null {
  return typeof thing === 'string' ? thing : (thing?.id ?? null)
}

import type { Stripe } from 'stripe'
import type { Span } from '../../domain/coverage.ts'
import type { Listed } from '../../domain/listed-payment.ts'
import type { MovementList } from '../../roles/payment-provider.ts'
import type { StripeClient } from './client.ts'
import { chargeOf, disputeFacts, idOf, refundFacts, stateOf } from './payments.ts'

/** Stripe's lists of payments, refunds and disputes, which know everything at once, and for ever. */
export function stripeMovements(api: StripeClient): MovementList {
  return {
    lagMs: 0,
    keptMs: null,
    in: async function* inSpan(span: Span) {
      for await (const page of api.intentsIn(span)) yield page.flatMap(listedIntent)
      for await (const page of api.refundsIn(span)) yield page.flatMap(listedRefund)
      for await (const page of api.disputesIn(span)) yield page.flatMap(listedDispute)
    },
  }
}

/** None for one that was never tried with any means of payment. */
function listedIntent(intent: Stripe.PaymentIntent): Listed[] {
  const charge = chargeOf(intent)
  const state = stateOf(intent, charge)
  if (state === null) return []
  const minor = state === 'paid' ? intent.amount_received : intent.amount
  return [
    {
      kind: 'payment',
      thing: { kind: 'payment_intent', id: intent.id },
      paymentId: intent.id,
      state,
      amount: { minor, currency: intent.currency.toUpperCase() },
      ids: intent.metadata,
      refundedMinor: charge?.amount_refunded ?? null,
      isDisputed: charge?.disputed ?? null,
    },
  ]
}

/** None for one of a payment that was not made by an intent: those are none of ours. */
function listedRefund(refund: Stripe.Refund): Listed[] {
  const paymentId = idOf(refund.payment_intent)
  if (paymentId === null) return []
  const { id, state } = refundFacts(refund)
  return [{ kind: 'refund', thing: { kind: 'payment_intent', id: paymentId }, paymentId, id, state }]
}

function listedDispute(dispute: Stripe.Dispute): Listed[] {
  const paymentId = idOf(dispute.payment_intent)
  if (paymentId === null) return []
  const { id, state, atMs } = disputeFacts(dispute)
  // A payment does not say that a bank only asks about it: the dispute is what to look at.
  return [{ kind: 'dispute', thing: { kind: 'dispute', id }, paymentId, id, state, changedMs: atMs }]
}

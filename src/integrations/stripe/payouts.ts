import type { Stripe } from 'stripe'
import type { PayoutEntry, PayoutFacts } from '../../domain/payout.ts'
import type { Payouts } from '../../roles/payment-provider.ts'
import { isRefusal } from '../../kernel/service-failure.ts'
import type { StripeClient } from './client.ts'
import { idOf } from './payments.ts'

/** Payouts, each with the balance transactions that Stripe says it is made of; of one made by hand it says none. */
export function stripePayouts(api: StripeClient): Payouts {
  return {
    list: async limit => (await api.payouts(limit)).map(payoutFacts),
    show: async id => {
      try {
        const payout = payoutFacts(await api.payout(id))
        const moves = await api.movesOfPayout(id)
        // The payout itself is one of them.
        return { payout, entries: moves.filter(({ type }) => type !== 'payout').map(entryOf) }
      } catch (error) {
        if (isRefusal(error) && error.status === 404) return null
        throw error
      }
    },
  }
}

function payoutFacts({
  id,
  amount,
  currency,
  status,
  livemode,
  created,
  arrival_date,
  automatic,
}: Stripe.Payout): PayoutFacts {
  return {
    id,
    amountMinor: amount,
    currency: currency.toUpperCase(),
    state: status,
    isLive: livemode,
    isAutomatic: automatic,
    atMs: created * 1000,
    arrivesMs: arrival_date * 1000,
  }
}

function entryOf(move: Stripe.BalanceTransaction): PayoutEntry {
  const { source } = move
  const about = typeof source === 'string' ? null : source
  const intent = about !== null && 'payment_intent' in about ? about.payment_intent : null
  return {
    id: move.id,
    kind: KINDS[move.reporting_category] ?? 'other',
    what: move.description ?? move.reporting_category,
    amountMinor: move.amount,
    feeMinor: move.fee,
    netMinor: move.net,
    currency: move.currency.toUpperCase(),
    paymentId: idOf(intent ?? null),
    sourceId: idOf(source),
  }
}

/** By what Stripe's own reports group them by. */
const KINDS: Readonly<Record<string, PayoutEntry['kind']>> = {
  charge: 'payment',
  payment: 'payment',
  refund: 'refund',
  payment_refund: 'refund',
  refund_failure: 'refund',
  partial_capture_reversal: 'refund',
  dispute: 'dispute',
  dispute_reversal: 'dispute',
}

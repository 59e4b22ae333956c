import type { WebhookEvent } from '../../domain/webhook.ts'
import type { EventList } from '../../roles/payment-provider.ts'
import type { StripeClient } from './client.ts'
import { eventIn } from './event.ts'

/** What payments, refunds and disputes are told by (docs.stripe.com/api/events/types); a list takes twenty types. */
const TYPES = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'charge.refunded',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'refund.created',
  'refund.updated',
  'refund.failed',
] as const

const DAY_MS = 86_400_000

/** Stripe's list of events: those of 30 days; one day less is asked for, so that none has gone when it is asked for. */
export function stripeEvents(api: StripeClient, isLive: boolean): EventList {
  return {
    // An event is made shortly after what it tells of.
    lagMs: 60_000,
    keptMs: 29 * DAY_MS,
    in: async function* inSpan(span) {
      for await (const page of api.events(span, TYPES)) {
        yield page
          .map(event => eventIn(event, isLive))
          .filter((event): event is WebhookEvent => event !== null)
      }
    },
  }
}

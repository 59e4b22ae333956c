/** What the tests pay for. */
import type Stripe from 'stripe'

/** A link for one payment of an amount in the smallest unit, with our id on the link and on its payment. */
export async function makeLink(
  stripe: Stripe,
  amount = 1000,
  currency = 'usd',
  runId = 'run_1',
): Promise<Stripe.PaymentLink> {
  return stripe.paymentLinks.create({
    line_items: [
      { price_data: { currency, unit_amount: amount, product_data: { name: 'Blog post' } }, quantity: 1 },
    ],
    restrictions: { completed_sessions: { limit: 1 } },
    metadata: { run_id: runId },
    payment_intent_data: { metadata: { run_id: runId }, description: 'Blog post' },
  })
}

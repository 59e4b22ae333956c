import { LINK_EFFECTS } from '../../domain/link.ts'
import { numberField, originField, withDefault } from '../../kernel/field.ts'
import { defineService } from '../service.ts'

/** Where clients pay: Stripe, whose pages alone see their cards. */
export const stripe = defineService({
  name: 'stripe',
  settings: {
    base_url: withDefault(
      originField('only for a sandbox or a proxy; without a path'),
      'https://api.stripe.com',
    ),
    timeout_seconds: withDefault(numberField('longest wait for one answer', 1, 600), 30),
  },
  variables: { base_url: 'STRIPE_BASE_URL' },
  secrets: {
    STRIPE_SECRET_KEY: {
      meaning: 'secret or restricted key of Stripe; its mode, test or live, is that of the store',
      opensAccount: true,
    },
    STRIPE_WEBHOOK_SECRET: {
      meaning:
        'signing secret of the webhook endpoint at Stripe; several, separated by commas, while it changes',
    },
  },
  plays: ['paymentProvider'],
  effects: LINK_EFFECTS,
  sendsWebhooks: true,
  open: async environment => (await import('./open.ts')).openStripe(environment),
})

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
  },
  plays: ['paymentProvider'],
  effects: [],
  open: async environment => (await import('./open.ts')).openStripe(environment),
})

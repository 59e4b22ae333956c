import { LINK_EFFECTS } from '../../domain/link.ts'
import { numberField, originField, urlField, withDefault } from '../../kernel/field.ts'
import { defineService } from '../service.ts'

/** Where clients pay with PayPal, whose pages alone see their cards. */
export const paypal = defineService({
  name: 'paypal',
  settings: {
    base_url: withDefault(
      originField('https://api-m.sandbox.paypal.com to rehearse; without a path'),
      'https://api-m.paypal.com',
    ),
    return_url: withDefault(
      urlField('page that a client comes back to from the pages of PayPal'),
      'https://www.paypal.com/',
    ),
    timeout_seconds: withDefault(numberField('longest wait for one answer', 1, 600), 30),
  },
  variables: { base_url: 'PAYPAL_BASE_URL' },
  secrets: {
    PAYPAL_CLIENT_ID: { meaning: 'client id of an app at PayPal', opensAccount: true },
    PAYPAL_CLIENT_SECRET: { meaning: 'secret of the same app', opensAccount: true },
    PAYPAL_WEBHOOK_ID: { meaning: 'id of the webhook of that app, which its events are signed for' },
  },
  plays: ['paymentProvider'],
  effects: LINK_EFFECTS,
  sendsWebhooks: true,
  open: async environment => (await import('./open.ts')).openPayPal(environment),
})

import { payerFigure, payersDocument } from '../../figures/payers.ts'
import { SERVICES } from '../../integrations/index.ts'
import { defineOperation } from '../define.ts'

export const paymentsDebug = defineOperation({
  path: ['payments', 'debug'],
  summary: 'Show how services of payments are connected: mode, account, what is known of their webhooks',
  input: {},
  needs: { store: 'required', payments: 'optional' },
  access: 'read',
  scope: 'read',
  run: async ({ store, payments, world }) => {
    const names = SERVICES.flatMap(({ name, plays }) =>
      plays.some(role => role === 'paymentProvider') ? [name] : [],
    )
    const ready = payments.ok ? payments.value.map(({ service }) => service) : []
    const figures = names.map(async service => {
      const account = await store.accounts.get(service)
      const webhooks = await store.webhooks.facts(service)
      return payerFigure({ service, isSetUp: ready.includes(service), account, webhooks })
    })
    return {
      atMs: world.clock.now(),
      /** Why none can be asked for anything; null where that is not so. */
      error: payments.ok ? null : payments.error.message,
      next: payments.ok ? null : payments.error.hint,
      services: await Promise.all(figures),
    }
  },
  render: payersDocument,
  outcome: ({ error }) => (error === null ? 'ok' : 'config'),
})

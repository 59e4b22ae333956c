import { PAYMENT_STATES } from '../../domain/payment-state.ts'
import { paymentFigure, paymentTable } from '../../figures/payments.ts'
import { choiceField, optional, wholeNumberField, withDefault } from '../../kernel/field.ts'
import { findClient } from '../../pipeline/clients.ts'
import { defineOperation } from '../define.ts'
import { clientField } from '../money-input.ts'

export const paymentsList = defineOperation({
  path: ['payments', 'list'],
  summary: 'List payments, the newest first: amount, state, what went back, what is wrong',
  examples: [{ words: 'payments list --client Acme', does: 'what a client paid' }],
  input: {
    status: optional(choiceField(PAYMENT_STATES, 'only those of one state')),
    client: optional(clientField),
    limit: withDefault(wholeNumberField('most to list', 1, 10_000), 50),
  },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store }, { status, client, limit }) => {
    const clientId = client === undefined ? null : (await findClient(store, client)).id
    const payments = await store.payments.list({ state: status ?? null, clientId, limit })
    return { payments: payments.map(paymentFigure) }
  },
  render: ({ payments }) => paymentTable(payments),
})

import { PAYMENT_STATES } from '../../domain/payment-state.ts'
import { waitingDisputes, waitingParts } from '../../figures/disputes.ts'
import { paymentFigure, paymentTable } from '../../figures/payments.ts'
import { document } from '../../kernel/document.ts'
import { choiceField, flagField, optional, wholeNumberField, withDefault } from '../../kernel/field.ts'
import { findClient } from '../../pipeline/clients.ts'
import { defineOperation } from '../define.ts'
import { clientField } from '../money-input.ts'

export const paymentsList = defineOperation({
  path: ['payments', 'list'],
  summary: 'List payments, the newest first: amount, state, what went back, what is wrong',
  examples: [
    { words: 'payments list --client Acme', does: 'what a client paid' },
    { words: 'payments list --disputed', does: 'what banks want back, and until when to answer' },
  ],
  input: {
    status: optional(choiceField(PAYMENT_STATES, 'only those of one state')),
    client: optional(clientField),
    disputed: flagField('only those that are, or were, disputed; with what waits for an answer'),
    limit: withDefault(wholeNumberField('most to list', 1, 10_000), 50),
  },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, world }, { status, client, disputed, limit }) => {
    const clientId = client === undefined ? null : (await findClient(store, client)).id
    const payments = await store.payments.list({
      state: status ?? null,
      clientId,
      isDisputed: disputed,
      limit,
    })
    const ids = new Set(payments.map(({ id }) => id))
    const waiting = disputed ? await waitingDisputes(store, world.clock.now()) : []
    return {
      payments: payments.map(paymentFigure),
      waiting: waiting.filter(({ paymentId }) => ids.has(paymentId)),
    }
  },
  render: ({ payments, waiting }) => document(waitingParts(waiting), ...paymentTable(payments)),
})

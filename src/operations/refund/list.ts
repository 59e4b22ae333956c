import { REFUND_STATES } from '../../domain/payment-state.ts'
import { refundFigure, refundTable, type RefundFigure } from '../../figures/refunds.ts'
import { choiceField, optional, textField, wholeNumberField, withDefault } from '../../kernel/field.ts'
import { paymentMeant } from '../../pipeline/payments.ts'
import { defineOperation } from '../define.ts'

export const refundList = defineOperation({
  path: ['refund', 'list'],
  summary: 'List refunds, the newest first: planned, on their way, made here or elsewhere',
  examples: [{ words: 'refund list --status planned', does: 'what nobody has made yet' }],
  input: {
    status: optional(choiceField(REFUND_STATES, 'only those of one state')),
    of: optional(textField('only those of a payment, or of a task that was paid')),
    limit: withDefault(wholeNumberField('most to list', 1, 10_000), 50),
  },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store }, { status, of, limit }) => {
    const paymentId = of === undefined ? null : (await paymentMeant(store, of)).id
    const refunds: RefundFigure[] = []
    for (const refund of await store.refunds.list({ state: status ?? null, paymentId, limit })) {
      const payment = await store.payments.get(refund.paymentId)
      if (payment !== null) refunds.push(refundFigure(payment, refund))
    }
    return { refunds }
  },
  render: ({ refunds }) => refundTable(refunds),
})

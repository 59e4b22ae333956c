import { billFigure, type BillFigure } from '../../figures/clients.ts'
import { waitingDisputes, waitingParts } from '../../figures/disputes.ts'
import { paymentFigure, paymentParts } from '../../figures/payments.ts'
import { document, next } from '../../kernel/document.ts'
import { textField } from '../../kernel/field.ts'
import { paymentsMeant } from '../../pipeline/payments.ts'
import type { Store } from '../../store/index.ts'
import { defineOperation } from '../define.ts'

export const paymentsShow = defineOperation({
  path: ['payments', 'show'],
  summary: 'Show payments with their refunds and disputes: one, or those of a task',
  examples: [{ words: 'payments show pi_3Q…', does: 'a payment by the id that Stripe gave it' }],
  input: { id: textField('payment, refund, dispute, bill or task, or what Stripe or PayPal call it') },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, world }, { id }) => {
    const payments = await paymentsMeant(store, id)
    const waiting = await waitingDisputes(store, world.clock.now())
    return {
      waiting: waiting.filter(({ paymentId }) => payments.some(payment => payment.id === paymentId)),
      payments: await Promise.all(
        payments.map(async payment => ({
          ...paymentFigure(payment),
          bill: await billOf(store, payment.billId),
        })),
      ),
    }
  },
  render: ({ payments, waiting }) =>
    document(
      waitingParts(waiting),
      payments.length === 0 ? 'nothing was paid for it' : null,
      payments.map(({ bill, ...payment }) => paymentParts(payment, bill)),
      next(
        payments.flatMap(({ bill }) => (bill === null ? [] : [`echopilot task show ${bill.taskId}`]))[0] ??
          null,
      ),
    ),
})

async function billOf(store: Store, billId: string | null): Promise<BillFigure | null> {
  const bill = billId === null ? null : await store.bills.get(billId)
  return bill === null ? null : billFigure(store, bill)
}

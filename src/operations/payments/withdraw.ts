import { BY_HAND } from '../../domain/hand-payment.ts'
import { formatMoney } from '../../domain/money.ts'
import { document, id, line, next } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { nonEmptyTextField, textField } from '../../kernel/field.ts'
import { paymentsMeant } from '../../pipeline/payments.ts'
import type { Store } from '../../store/index.ts'
import type { PaymentBooks } from '../../store/payment-rows.ts'
import { defineOperation } from '../define.ts'

export const paymentsWithdraw = defineOperation({
  path: ['payments', 'withdraw'],
  summary: 'Take back a payment that was recorded by hand in error; its bill is as without it',
  examples: [
    { words: 'payments withdraw pay_01k… --reason "of another client"', does: 'it stays to be seen' },
  ],
  input: {
    id: textField('payment that was recorded by hand'),
    reason: nonEmptyTextField('why it does not count', 'say why it does not count'),
  },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'money',
  run: async ({ store, dryRun }, input) => {
    const before = await byHand(store, input.id)
    const isNew = before.withdrawnWhy === null
    const after = dryRun ? before : await store.payments.withdraw(before.id, input.reason)
    return {
      dryRun,
      did: isNew ? (dryRun ? 'would be withdrawn' : 'withdrawn') : 'was withdrawn before',
      paymentId: before.id,
      reference: before.outsideId,
      amount: formatMoney(before.amount),
      reason: after?.withdrawnWhy ?? input.reason,
    }
  },
  render: ({ did, amount, reference, reason, paymentId }) =>
    document(
      line`${amount} (${reference}) ${did}: ${reason}`,
      line`${id(paymentId)}`,
      next(`echopilot payments show ${paymentId}`),
    ),
})

/** @throws AppError `refused` for what a service told of, `missing` where it names no payment, or several */
async function byHand(store: Store, text: string): Promise<PaymentBooks> {
  const found = await paymentsMeant(store, text)
  const [payment, ...others] = found
  if (payment === undefined || others.length > 0) {
    const message = `${text} names ${payment === undefined ? 'no payment' : 'several payments'}`
    throw new AppError('missing', message, 'echopilot payments list')
  }
  if (payment.service === BY_HAND) return payment
  throw new AppError(
    'refused',
    `${payment.id} was not recorded by hand: ${payment.service} tells of it`,
    `what was paid is given back by a refund: echopilot payments show ${payment.id}`,
  )
}

import { refundDocument, refundFigure } from '../../figures/refunds.ts'
import { AppError } from '../../kernel/errors.ts'
import { defineOperation } from '../define.ts'
import { intentField, refundMeant } from '../refund-input.ts'

export const refundCancel = defineOperation({
  path: ['refund', 'cancel'],
  summary: 'Give up a refund that was planned; one that was asked for can be given up no more',
  input: { intent: intentField },
  positionals: ['intent'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'money',
  run: async ({ store, dryRun }, input) => {
    const { refund, payment } = await refundMeant(store, input.intent)
    const cancelled = refund.state === 'planned' && (dryRun ? refund : await store.refunds.cancel(refund.id))
    if (cancelled === false || cancelled === null) {
      const next = `echopilot refund show ${refund.id}`
      throw new AppError('refused', `${refund.id} is ${refund.state}: only a plan can be given up`, next)
    }
    const did = dryRun ? 'would be given up' : 'given up'
    return { dryRun, did, refund: refundFigure(payment, cancelled), next: null }
  },
  render: refundDocument,
})

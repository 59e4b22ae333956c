import { REFUND_DONE, refundDocument, refundFigure } from '../../figures/refunds.ts'
import { madeRefund, payerOf } from '../../money/plan-refund.ts'
import { defineOperation } from '../define.ts'
import { ABOVE_CEILING, intentField, leaveOf, refundMeant } from '../refund-input.ts'

export const refundRun = defineOperation({
  path: ['refund', 'run'],
  summary: 'Make a planned refund, or go on with one whose answer was lost; it is made once',
  examples: [
    { words: 'refund run ref_01k…', does: 'where it may have been made, it is looked for first' },
    { words: 'refund run ref_01k… --above-ceiling "1200.00 EUR"', does: 'one above a ceiling of [refunds]' },
  ],
  input: { intent: intentField, aboveCeiling: ABOVE_CEILING },
  positionals: ['intent'],
  needs: { settings: 'required', store: 'required', payments: 'required' },
  access: 'irreversible',
  scope: 'money',
  run: async (context, input) => {
    const { dryRun, settings, store } = context
    const { refund, payment } = await refundMeant(store, input.intent)
    const isOver = refund.state === 'pending' || refund.state === 'succeeded'
    if (dryRun || isOver) {
      const did = isOver ? `${REFUND_DONE[refund.state]} before` : 'would be given back'
      return { dryRun, did, refund: refundFigure(payment, refund), next: null }
    }
    const payer = await payerOf(context, payment)
    const made = await madeRefund(context, payer, refund, leaveOf(settings, input.aboveCeiling))
    return {
      dryRun,
      did: REFUND_DONE[made.state],
      refund: refundFigure(payment, made),
      next: `echopilot payments show ${payment.id}`,
    }
  },
  render: refundDocument,
})

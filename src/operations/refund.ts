import { REFUND_DONE, refundDocument, refundFigure, wantedFigure } from '../figures/refunds.ts'
import { madeRefund, payerOf, planRefund, refundToPlan } from '../money/plan-refund.ts'
import { paymentMeant } from '../pipeline/payments.ts'
import { defineOperation } from './define.ts'
import { ABOVE_CEILING, leaveOf, REFUND_INPUT, requestOf } from './refund-input.ts'

export const refund = defineOperation({
  path: ['refund'],
  summary: 'Give money of a payment back: plan it and make it at once',
  examples: [
    {
      words: 'refund pay_01k… --amount 12.50 --reason "a part was wrong"',
      does: 'a part; typed again after a cut it is the same refund, not a second one',
    },
    { words: 'refund task_01k… --reason "not wanted" --yes', does: 'all that is left' },
  ],
  input: { ...REFUND_INPUT, aboveCeiling: ABOVE_CEILING },
  positionals: ['payment'],
  needs: { settings: 'required', store: 'required', payments: 'required' },
  access: 'irreversible',
  scope: 'money',
  run: async (context, input) => {
    const { store, actor, dryRun, settings, world } = context
    const payment = await paymentMeant(store, input.payment)
    const request = requestOf(payment, input)
    const same = await refundToPlan(store, payment, request)
    const payer = await payerOf(context, payment)
    if (dryRun) {
      const wanted = wantedFigure(payment, request, { actor, plannedMs: world.clock.now() })
      const figure = same === null ? wanted : refundFigure(payment, same)
      return { dryRun, did: 'would be given back', refund: figure, next: null }
    }
    const intent = await planRefund(store, payment, request)
    const made = await madeRefund(context, payer, intent, leaveOf(settings, input.aboveCeiling))
    const next = `echopilot payments show ${payment.id}`
    return { dryRun, did: REFUND_DONE[made.state], refund: refundFigure(payment, made), next }
  },
  render: refundDocument,
})

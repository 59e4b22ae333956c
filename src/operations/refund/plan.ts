import { refundDocument, refundFigure, wantedFigure } from '../../figures/refunds.ts'
import { planRefund, refundToPlan } from '../../money/plan-refund.ts'
import { paymentMeant } from '../../pipeline/payments.ts'
import { defineOperation } from '../define.ts'
import { REFUND_INPUT, requestOf } from '../refund-input.ts'

export const refundPlan = defineOperation({
  path: ['refund', 'plan'],
  summary: 'Plan to give money of a payment back; nothing is moved until it is run',
  examples: [
    {
      words: 'refund plan pay_01k… --amount 12.50 --reason "a part was wrong"',
      does: 'what is planned counts: no more can be planned than was paid',
    },
  ],
  input: REFUND_INPUT,
  positionals: ['payment'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'money',
  run: async ({ store, actor, dryRun, world }, input) => {
    const payment = await paymentMeant(store, input.payment)
    const request = requestOf(payment, input)
    const same = await refundToPlan(store, payment, request)
    const planned = dryRun ? same : await planRefund(store, payment, request)
    const figure =
      planned === null
        ? wantedFigure(payment, request, { actor, plannedMs: world.clock.now() })
        : refundFigure(payment, planned)
    const did = same === null ? (dryRun ? 'would be planned' : 'planned') : 'was planned before'
    return {
      dryRun,
      did,
      refund: figure,
      next: figure.id === null ? null : `echopilot refund run ${figure.id}`,
    }
  },
  render: refundDocument,
})

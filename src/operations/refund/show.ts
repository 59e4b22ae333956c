import { refundFacts, refundFigure } from '../../figures/refunds.ts'
import { document, next } from '../../kernel/document.ts'
import { defineOperation } from '../define.ts'
import { intentField, refundMeant } from '../refund-input.ts'

export const refundShow = defineOperation({
  path: ['refund', 'show'],
  summary: 'Show a refund: how it stands, who wanted it and why, what the service made of it',
  input: { intent: intentField },
  positionals: ['intent'],
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store }, input) => {
    const { refund, payment } = await refundMeant(store, input.intent)
    return { refund: refundFigure(payment, refund) }
  },
  render: ({ refund }) => {
    const isOpen = refund.state === 'planned' || refund.state === 'sent'
    const command = isOpen ? `refund run ${refund.id ?? ''}` : `payments show ${refund.paymentId}`
    return document(refundFacts(refund), next(`echopilot ${command}`))
  },
})

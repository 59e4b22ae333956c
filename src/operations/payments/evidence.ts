import { waitsForAnswer } from '../../domain/dispute.ts'
import { evidenceFacts } from '../../figures/evidence-facts.ts'
import { evidenceOf } from '../../figures/evidence.ts'
import { document, line, next, section, verbatim } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { textField } from '../../kernel/field.ts'
import { instantText } from '../../kernel/text.ts'
import { disputeMeant } from '../../pipeline/payments.ts'
import { defineOperation } from '../define.ts'

export const paymentsEvidence = defineOperation({
  path: ['payments', 'evidence'],
  summary: 'Gather what shows that a disputed payment was for work that was done and delivered',
  examples: [
    {
      words: 'payments evidence dsp_01k… --output ./evidence',
      does: 'files to upload; their index says what is not proved',
    },
  ],
  input: { id: textField('dispute, or what Stripe or PayPal call it') },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, world }, { id }) => {
    const { payment, dispute } = await disputeMeant(store, id)
    if (dispute === undefined) throw new AppError('missing', `${payment.id} is not disputed`, LIST)
    const { files, notProved } = evidenceOf(await evidenceFacts(store, payment, dispute), world.clock.now())
    return {
      disputeId: dispute.id,
      outsideId: dispute.outsideId,
      paymentId: payment.id,
      state: dispute.state,
      due: dispute.dueMs === null ? null : instantText(dispute.dueMs),
      isAsked: waitsForAnswer(dispute),
      files,
      notProved,
    }
  },
  render: ({ files, isAsked, disputeId, state }) => {
    const [index] = files
    return document(
      isAsked ? null : line`no answer is wanted now: it is ${state.replaceAll('_', ' ')}`,
      index === undefined ? null : section('Evidence', verbatim(index.text)),
      next(`echopilot payments evidence ${disputeId} --output FOLDER`),
    )
  },
  writeFolder: {
    flag: 'output',
    meaning: 'write the files into this folder, which is made',
    what: 'the evidence',
    told: 'written',
    files: ({ files }) => files,
  },
})

const LIST = 'echopilot payments list --disputed'

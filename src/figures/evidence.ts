import { formatMoney } from '../domain/money.ts'
import { sha256 } from '../kernel/digest.ts'
import { instantText } from '../kernel/text.ts'
import type { Dispute } from '../store/payment-rows.ts'
import type { EvidenceFacts, EvidenceOfWork } from './evidence-facts.ts'
import { deliveryText, paymentText, receiptText } from './evidence-texts.ts'

/** A file that can be uploaded. */
export interface EvidenceFile {
  readonly name: string
  /** What it shows. */
  readonly proves: string
  readonly text: string
  readonly sha256: string
}

/** A folder of evidence. */
export interface Evidence {
  /** In order; the index is the first, and holds the digests of the others. */
  readonly files: readonly EvidenceFile[]
  /** What cannot be shown, and why. */
  readonly notProved: readonly string[]
}

/** Makes the files of what is known: nothing is in them that the store does not hold. */
export function evidenceOf(facts: EvidenceFacts, nowMs: number): Evidence {
  const { work } = facts
  const files = [
    file('01-payment.md', 'what was paid, when and for what', paymentText(facts)),
    ...(work === null ? [] : filesOf(work)),
  ]
  const notProved = gapsOf(facts)
  const index = indexText(facts.dispute, { files, notProved }, nowMs)
  return { files: [file('00-index.md', 'what each file shows', index), ...files], notProved }
}

function filesOf(work: EvidenceOfWork): EvidenceFile[] {
  const { result, receipt, deliveries } = work
  return [
    file(
      '02-brief.md',
      isBriefKept(work) ? 'what was asked for, word by word' : 'the task as it reads now',
      work.brief,
    ),
    ...(result === null ? [] : [file('03-result.md', 'what was made, word by word', result.text)]),
    ...(deliveries.length === 0
      ? []
      : [file('04-delivery.md', 'when it was handed over, and where', deliveryText(work))]),
    ...(receipt === null
      ? []
      : [file('05-receipt.md', 'how it was made and judged, under a seal', receiptText(work, receipt))]),
  ]
}

/** The digests of a brief and a result are those which the receipt has: not a byte is added. */
function file(name: string, proves: string, text: string): EvidenceFile {
  return { name, proves, text, sha256: sha256(text) }
}

/** The receipt has the digest of the brief that was worked on. */
function isBriefKept({ brief, receipt }: EvidenceOfWork): boolean {
  return receipt?.core.briefDigest === sha256(brief)
}

/** Whatever a reader may look for and does not find. */
function gapsOf({ payment, work }: EvidenceFacts): string[] {
  const service = payment.service === 'hand' ? 'the bank' : payment.service
  const payer = `who paid: only ${service} knows the name on the account or card`
  if (work === null) return ['what was paid for: the payment belongs to no bill', payer]
  const { result, receipt, deliveries } = work
  return [
    isBriefKept(work) ? null : 'the brief as it was when the work was done: it was changed since',
    result === null ? 'the result: none is kept' : null,
    receipt?.seal?.intact === true ? null : 'that the receipt is as it was: its seal is missing or broken',
    deliveries.length > 0 ? null : 'that the result was handed over: no write of it to a page is proved',
    'that the client read or accepted it: no word of the client is kept here',
    payer,
  ].filter(gap => gap !== null)
}

function indexText(
  { id, outsideId, amount, reason, state, dueMs }: Dispute,
  of: Evidence,
  nowMs: number,
): string {
  const due = dueMs === null ? 'its service tells none' : instantText(dueMs)
  return [
    `# Evidence about dispute ${outsideId}`,
    `- Disputed: ${formatMoney(amount)}, for the reason "${reason}", now ${state.replaceAll('_', ' ')}`,
    `- Deadline for an answer: ${due}`,
    `- Here it is ${id}; made at ${instantText(nowMs)} from what was recorded at the time of the work`,
    '',
    '## Files',
    ...of.files.map(({ name, proves, sha256: digest }) => `- ${name}: ${proves}\n  sha256 ${digest}`),
    '',
    '## Not proved',
    ...of.notProved.map(gap => `- not proved: ${gap}`),
    '',
  ].join('\n')
}

import { BILL_STATES } from '../domain/billing.ts'
import { formatMoney } from '../domain/money.ts'
import { formatScore } from '../domain/next-step.ts'
import { instantText } from '../kernel/text.ts'
import type { Link } from '../store/link-rows.ts'
import type { Receipt } from '../store/receipts.ts'
import type { EvidenceFacts, EvidenceOfWork } from './evidence-facts.ts'

/** What was paid and for what; of a person only what the client itself gave. */
export function paymentText({ payment, link, work }: EvidenceFacts): string {
  const { refunds, amount } = payment
  return textOf(
    '# The payment',
    `- Amount: ${formatMoney(amount)}${payment.isLive ? '' : ' (no real money)'}`,
    payment.service === 'hand'
      ? `- By bank, recorded by hand, reference ${payment.outsideId}`
      : `- At ${payment.service}: ${payment.outsideId}`,
    payment.paidMs === null ? null : `- Paid at ${instantText(payment.paidMs)}`,
    ...(link === null ? [] : linkLines(link)),
    ...(work === null ? [] : workLines(work)),
    ...refunds.map(({ amountMinor, state, plannedMs }) => {
      const back = formatMoney({ ...amount, minor: amountMinor })
      return `- Refund of ${back}: ${state}, ${instantText(plannedMs)}`
    }),
    refunds.length === 0 ? '- Refunds: none' : null,
  )
}

function linkLines({ id, outsideId, amount, madeMs }: Link): string[] {
  const made = madeMs === null ? '' : `, made at ${instantText(madeMs)}`
  return [`- By the payment link ${outsideId ?? id} over ${formatMoney(amount)}${made}`]
}

function workLines(work: EvidenceOfWork): string[] {
  const { task, client } = work
  const lines = [`- For: ${task.title}`, `- Billed: ${billText(work)}`]
  return client === null ? lines : [...lines, `- Client: ${client.name}${emailText(client.email)}`]
}

function billText({ bill: { amount, why, createdMs, state } }: EvidenceOfWork): string {
  const price = amount === null ? 'without a price' : formatMoney(amount)
  return `${price} (${why}) at ${instantText(createdMs)}, now ${BILL_STATES[state]}`
}

function emailText(email: string | null): string {
  return email === null ? '' : `, ${email}`
}

/** Where and when the result was written, each write with its id and its digest. */
export function deliveryText({ deliveries, result, task }: EvidenceOfWork): string {
  return textOf(
    '# The delivery',
    `- Task: ${task.title}`,
    result === null ? null : `- What was written: the result with sha256 ${result.digest}`,
    ...deliveries.map(
      ({ id, service, target, endedMs }) =>
        `- Written to ${service}, ${target}${endedMs === null ? '' : `, proved at ${instantText(endedMs)}`} (${id})`,
    ),
  )
}

/** How it was made and judged; the seal is a digest of all of that, taken when the work ended. */
export function receiptText({ events, task }: EvidenceOfWork, { core, seal }: Receipt): string {
  return textOf(
    '# The receipt of the work',
    `- Work ${core.runId} of ${core.taskId}, ${core.taskType}`,
    `- Asked for at ${core.createdAt}${core.endedAt === null ? '' : `, done at ${core.endedAt}`}`,
    `- Brief: sha256 ${core.briefDigest}`,
    core.score === null
      ? '- Not judged'
      : `- Judged with ${formatScore(core.score)} of 100; ${core.threshold} were needed`,
    seal === null
      ? '- Not sealed'
      : `- Sealed at ${seal.sealedAt}: sha256 ${seal.digest} (${seal.intact ? 'intact' : 'broken'})`,
    '',
    '## Versions',
    ...core.outputs.map(({ stage, finish, digest }) => `- ${stage}, ${finish}: sha256 ${digest}`),
    '',
    `## What happened to "${task.title}" (UTC)`,
    ...events.map(({ atMs, what }) => `- ${instantText(atMs)} ${what}`),
  )
}

function textOf(...all: readonly (string | null)[]): string {
  return `${all.filter(one => one !== null).join('\n')}\n`
}

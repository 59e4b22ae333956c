import { id, line, second, state, words, type Block } from '../kernel/document.ts'
import { instantText } from '../kernel/text.ts'
import type { Mailing } from '../store/mailing-rows.ts'

/** A mail of a result as people and machines are shown it. */
export interface MailingFigure {
  readonly id: string
  readonly runId: string
  /** Of its run, from 1. */
  readonly number: number
  readonly to: string
  readonly state: 'sent' | 'to be sent' | 'waits for its payment link'
  /** What sends it. */
  readonly service: string | null
  readonly hasPaymentLink: boolean
  readonly wantedAt: string
  readonly sentAt: string | null
}

/** The same as a figure. */
export function mailingFigure(mailing: Mailing): MailingFigure {
  const { runId, number, address, service, linkId, wantedMs, askedMs, sentMs } = mailing
  return {
    id: mailing.id,
    runId,
    number,
    to: address,
    state: sentMs !== null ? 'sent' : askedMs !== null ? 'to be sent' : 'waits for its payment link',
    service,
    hasPaymentLink: linkId !== null,
    wantedAt: instantText(wantedMs),
    sentAt: sentMs === null ? null : instantText(sentMs),
  }
}

/** To whom, whether it was sent, and when. */
export function mailingLine({ to, sentAt, hasPaymentLink, ...mailing }: MailingFigure): Block {
  const when = sentAt === null ? '' : words` ${second(Date.parse(sentAt))}`
  const link = hasPaymentLink ? ', with its payment link' : ''
  const by = mailing.service === null ? '' : ` by ${mailing.service}`
  const tone = sentAt === null ? 'open' : 'good'
  return line`${state(mailing.state, tone)}${when} to ${to}${by}${link}  ${id(mailing.id)}`
}

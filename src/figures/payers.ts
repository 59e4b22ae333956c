import {
  document,
  facts,
  hint,
  line,
  list,
  next,
  section,
  state,
  words,
  type Document,
} from '../kernel/document.ts'
import { countText, instantText, spanText } from '../kernel/text.ts'
import type { Account } from '../store/accounts.ts'
import type { WebhookFacts } from '../store/webhook-facts.ts'

/** How a service of payments is connected. Never any part of a key. */
export interface PayerFigure {
  readonly service: string
  /** Its credential is set, and is one of the account of this store as far as it tells itself. */
  readonly isSetUp: boolean
  /** Whose account the store belongs to; null where none was ever asked. */
  readonly account: string | null
  /** What its money is; null where there is no account. */
  readonly mode: 'test' | 'live' | null
  readonly webhooks: {
    readonly newestAt: string | null
    readonly newestMs: number | null
    /** Of the last seven days, by what became of them. */
    readonly week: Readonly<Record<string, number>>
    /** Payments that a webhook should have told of by now, since the newest that came. */
    readonly unheard: { readonly count: number; readonly sinceAt: string } | null
    readonly waiting: number
    readonly unverified: number
    readonly failed: WebhookFacts['failed']
    /** What was not taken in the last seven days, by the reason. */
    readonly refused: readonly { readonly why: string; readonly count: number; readonly lastAt: string }[]
  }
}

/** The figure of a service. */
export function payerFigure({
  service,
  isSetUp,
  account,
  webhooks,
}: {
  readonly service: string
  readonly isSetUp: boolean
  readonly account: Account | null
  readonly webhooks: WebhookFacts
}): PayerFigure {
  const { newestMs, week, unheard, unheardSinceMs, waiting, unverified, failed, refused } = webhooks
  return {
    service,
    isSetUp,
    account: account?.label ?? null,
    mode: account === null ? null : account.identity.endsWith(' live') ? 'live' : 'test',
    webhooks: {
      newestAt: newestMs === null ? null : instantText(newestMs),
      newestMs,
      week,
      unheard: unheardSinceMs === null ? null : { count: unheard, sinceAt: instantText(unheardSinceMs) },
      waiting,
      unverified,
      failed,
      refused: refused.map(({ why, count, lastMs }) => ({ why, count, lastAt: instantText(lastMs) })),
    },
  }
}

/** All of them for people. */
export function payersDocument(shown: {
  readonly atMs: number
  readonly error: string | null
  readonly next: string | null
  readonly services: readonly PayerFigure[]
}): Document {
  return document(
    shown.error === null ? null : line`${state('not connected', 'bad')}: ${shown.error}`,
    shown.services.map(payer => section(payer.service, payerFacts(payer, shown.atMs))),
    next(shown.next === null ? null : hint(shown.next)),
  )
}

function payerFacts({ isSetUp, account, webhooks }: PayerFigure, atMs: number) {
  const { newestMs, week, unheard, waiting, unverified, failed, refused } = webhooks
  const counts = Object.entries(week).map(([is, count]) => `${count} ${is}`)
  return [
    facts(
      ['credential', isSetUp ? state('set', 'good') : state('not set, or not usable', 'open')],
      ['account', account ?? 'none was asked yet'],
      ['newest webhook', newestMs === null ? 'none came yet' : `${spanText(atMs - newestMs)} ago`],
      ['last 7 days', counts.length === 0 ? 'none' : counts.join(', ')],
      ['wait', `${countText(waiting, 'webhook')} to be worked, ${unverified} to be verified`],
    ),
    unheard === null
      ? null
      : line`${state('silent', 'bad')}: no webhook tells of ${countText(unheard.count, 'payment')} since ${unheard.sinceAt}`,
    section(
      'Refused in 7 days',
      list(refused.map(one => words`${one.count} × ${one.why}, last ${one.lastAt}`)),
    ),
    section('Given up', list(failed.map(one => words`${one.type} ${one.eventId}: ${one.error}`))),
  ]
}

import { utcDay } from '../domain/budget.ts'
import { unheardSpan, type WebhookSilence } from '../domain/payer-health.ts'
import { findRow, readRow, readRows, type StoreReader } from './core.ts'

/** What is known of the webhooks that a service sent; events that we read in its list are not among them. */
export interface WebhookFacts extends WebhookSilence {
  /** When the newest came that was taken; null where none did. */
  readonly newestMs: number | null
  /** How many came in the last seven days, by what became of them. */
  readonly week: Readonly<Record<string, number>>
  /** Those that wait to be worked, and to be verified; and since when the oldest of them. */
  readonly waiting: number
  readonly unverified: number
  readonly oldestWaitingMs: number | null
  /** Given up, the newest first: which event, and why. */
  readonly failed: readonly { readonly eventId: string; readonly type: string; readonly error: string }[]
  /** What was not taken in the last seven days, by the reason. */
  readonly refused: readonly { readonly why: string; readonly count: number; readonly lastMs: number }[]
}

const WEEK_MS = 7 * 86_400_000
/** How many failures are worth naming. */
const NAMED = 5

/** Gathers them; nothing is walked through but what waits, and the last seven days. */
export function webhookFacts(core: StoreReader, service: string): WebhookFacts {
  const sinceMs = core.clock.now() - WEEK_MS
  const since = { service, sinceMs }
  const week = readRows(
    core,
    `SELECT state, COUNT(*) AS count FROM webhooks WHERE service = :service AND read_by_us = 0
       AND received_ms >= :sinceMs GROUP BY state`,
    since,
    is => [is.text('state'), is.number('count')] as const,
  )
  return {
    newestMs: findRow(
      core,
      `SELECT received_ms FROM webhooks WHERE service = :service AND read_by_us = 0
       ORDER BY received_ms DESC LIMIT 1`,
      { service },
      is => is.number('received_ms'),
    ),
    week: Object.fromEntries(week),
    ...silenceOf(core, service),
    ...waitingOf(core, service),
    failed: readRows(
      core,
      `SELECT event_id, type, error FROM webhooks /* by webhooks_failed */ WHERE state = 'failed'
       AND service = :service ORDER BY id DESC LIMIT ${NAMED}`,
      { service },
      is => ({ eventId: is.text('event_id'), type: is.text('type'), error: is.text('error') }),
    ),
    refused: readRows(
      core,
      `SELECT why, SUM(count) AS count, MAX(last_ms) AS last FROM webhook_refusals
       WHERE service = :service AND day >= :day GROUP BY why ORDER BY why`,
      { service, day: utcDay(sinceMs) },
      is => ({ why: is.text('why'), count: is.number('count'), lastMs: is.number('last') }),
    ),
  }
}

/** Whether webhooks go on to tell of what is paid. */
export function silenceOf(core: StoreReader, service: string): WebhookSilence {
  const verifiedMs = findRow(
    core,
    `SELECT received_ms FROM webhooks WHERE service = :service AND read_by_us = 0 AND state <> 'unverified'
     ORDER BY received_ms DESC LIMIT 1`,
    { service },
    is => is.number('received_ms'),
  )
  if (verifiedMs === null) return { verifiedMs, unheard: 0, unheardSinceMs: null }
  const sql = `SELECT COUNT(*) AS count, MIN(paid_ms) AS since FROM payments /* by payments_paid */
    WHERE state = 'paid' AND service = :service AND paid_ms > :afterMs AND paid_ms <= :toMs`
  return readRow(core, sql, { service, ...unheardSpan(verifiedMs, core.clock.now()) }, is => ({
    verifiedMs,
    unheard: is.number('count'),
    unheardSinceMs: is.numberOrNull('since'),
  }))
}

function waitingOf(
  core: StoreReader,
  service: string,
): Pick<WebhookFacts, 'waiting' | 'unverified' | 'oldestWaitingMs'> {
  const sql = `SELECT COUNT(CASE WHEN state = 'stored' THEN 1 END) AS waiting,
      COUNT(CASE WHEN state = 'unverified' THEN 1 END) AS unverified, MIN(received_ms) AS oldest
    FROM webhooks /* by webhooks_waiting */ WHERE state IN ('unverified', 'stored') AND service = :service`
  return readRow(core, sql, { service }, is => ({
    waiting: is.number('waiting'),
    unverified: is.number('unverified'),
    oldestWaitingMs: is.numberOrNull('oldest'),
  }))
}

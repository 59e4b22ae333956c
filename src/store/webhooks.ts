import { utcDay } from '../domain/budget.ts'
import {
  LONGEST_WEBHOOK_WAIT_MS,
  MOST_UNVERIFIED,
  type RawWebhook,
  type WebhookEvent,
} from '../domain/webhook.ts'
import { sha256 } from '../kernel/digest.ts'
import { findRow, readRow, readRows, type Change, type RowReader, type StoreCore } from './core.ts'
import { dueSql } from './sql.ts'
import { silenceOf, webhookFacts } from './webhook-facts.ts'

/** What came in: an event of the service, or something that cannot be verified yet. */
export type Arrival =
  | { readonly kind: 'event'; readonly event: WebhookEvent }
  | { readonly kind: 'unverified'; readonly raw: RawWebhook; readonly why: string }

/** `known`: it was stored before. `full`: nothing was stored, for too many wait to be verified. */
export type Taken = 'stored' | 'known' | 'full'

/** A webhook that waits to be worked, or to be verified first. */
export type WaitingWebhook = {
  readonly id: string
  readonly service: string
  readonly receivedMs: number
  /** How often it could not be worked. */
  readonly tries: number
} & (
  | {
      readonly state: 'stored'
      readonly event: Pick<WebhookEvent, 'id' | 'type' | 'isLive' | 'atMs'> & {
        readonly thing: NonNullable<WebhookEvent['thing']>
      }
    }
  | { readonly state: 'unverified'; readonly raw: RawWebhook }
)

/** Webhooks: each event is stored once, then worked, in any order and by anybody. */
export function webhookStore(core: StoreCore) {
  return {
    /**
     * Stores events that we read in the list of their service, in one transaction: they are worked like those that are
     * sent. What is known, also in its other form, changes nothing.
     */
    takeRead: (service: string, events: readonly WebhookEvent[]) =>
      core.change(core.actor, 'webhook.take', tx => {
        for (const event of events) takeEvent(tx, service, event, true)
      }),
    /**
     * Stores what came, once: an event that is known, also in its other form, changes nothing. Durable when it
     * resolves: then the service may be told that it was taken.
     */
    take: (service: string, arrival: Arrival) =>
      core.change(core.actor, 'webhook.take', tx => take(tx, service, arrival)),
    /** Those whose turn it is, in the order in which they came. */
    due: async (limit: number) =>
      readRows(
        core,
        `SELECT * FROM webhooks /* by webhooks_waiting */ WHERE state IN ('unverified', 'stored') AND ${IS_DUE}
         ORDER BY id LIMIT :limit`,
        { now: core.clock.now(), limit },
        is => readWaiting(is),
      ),
    /** One that was not verified is an event of the service after all: it is stored as such, unless that is known. */
    verified: (id: string, event: WebhookEvent) =>
      core.change(core.actor, 'webhook.verify', tx => verified(tx, id, event)),
    /** It is worked: what it is about was asked for, and recorded. Repeated, nothing happens. */
    worked: (id: string) => core.change(core.actor, 'webhook.end', tx => end(tx, id, 'worked', null)),
    /**
     * It could not be worked: it is tried again from an instant on, or given up where that is null. One that was not
     * verified and is given up is forgotten: it was anybody's.
     */
    failed: (id: string, error: string, againMs: number | null) =>
      core.change(core.actor, 'webhook.put_off', tx => {
        if (againMs === null) giveUp(tx, id, error)
        else putOff(tx, id, error, againMs)
      }),
    /** Counts what was not taken, by the reason; nothing of it is kept. */
    refused: (service: string, why: string, count: number) =>
      core.change(core.actor, 'webhook.refuse', tx => refuse(tx, service, why, count)),
    /** What is known of the webhooks of a service, for people. */
    facts: async (service: string) => webhookFacts(core, service),
    /** Whether they go on to tell of what is paid there. */
    silence: async (service: string) => silenceOf(core, service),
  }
}

const IS_DUE = dueSql('not_before_ms', LONGEST_WEBHOOK_WAIT_MS)

function take(tx: Change, service: string, arrival: Arrival): Taken {
  if (arrival.kind === 'event') return takeEvent(tx, service, arrival.event)
  const { raw, why } = arrival
  const headers = JSON.stringify(raw.headers)
  const key = `sha256:${sha256(`${headers}\n${raw.body}`)}`
  if (isKnown(tx, service, key)) return 'known'
  if (isFull(tx, service)) return 'full'
  tx.engine.run(
    `INSERT INTO webhooks (id, service, event_key, state, body, headers, received_ms, tries, not_before_ms, error)
     VALUES (:id, :service, :key, 'unverified', :body, :headers, :now, 0, :now, :why)`,
    { id: tx.newId('webhook'), service, key, body: raw.body, headers, now: tx.clock.now(), why },
  )
  return 'stored'
}

function takeEvent(tx: Change, service: string, event: WebhookEvent, isReadByUs = false): Taken {
  const added = tx.engine.run(
    `INSERT INTO webhooks (id, service, event_key, state, event_id, type, thing_kind, thing_id, livemode, event_ms,
       received_ms, tries, not_before_ms, ended_ms, error, read_by_us)
     VALUES (:id, :service, :key, :state, :eventId, :type, :thingKind, :thingId, :livemode, :eventMs,
       :now, 0, :now, :endedMs, :ignored, :readByUs)
     ON CONFLICT (service, event_key) DO NOTHING`,
    {
      id: tx.newId('webhook'),
      service,
      now: tx.clock.now(),
      readByUs: isReadByUs ? 1 : 0,
      ...valuesOf(tx, event),
    },
  )
  if (added === 0 && !isReadByUs) markSent(tx, service, event.key)
  return added === 1 ? 'stored' : 'known'
}

/** What we had read before comes now: how well webhooks arrive counts it as sent. */
function markSent(tx: Change, service: string, key: string): void {
  tx.engine.run(
    `UPDATE webhooks SET read_by_us = 0, received_ms = :now
     WHERE service = :service AND event_key = :key AND read_by_us = 1`,
    { service, key, now: tx.clock.now() },
  )
}

function verified(tx: Change, id: string, event: WebhookEvent): Taken {
  const sql = `SELECT service FROM webhooks WHERE id = :id AND state = 'unverified'`
  const service = findRow(tx, sql, { id }, is => is.text('service'))
  if (service === null) return 'known'
  if (isKnown(tx, service, event.key)) {
    tx.engine.run('DELETE FROM webhooks WHERE id = :id', { id })
    return 'known'
  }
  tx.engine.run(
    `UPDATE webhooks SET event_key = :key, state = :state, event_id = :eventId, type = :type, thing_kind = :thingKind,
       thing_id = :thingId, livemode = :livemode, event_ms = :eventMs, ended_ms = :endedMs, error = :ignored,
       tries = 0, not_before_ms = :now, body = NULL, headers = NULL
     WHERE id = :id`,
    { id, now: tx.clock.now(), ...valuesOf(tx, event) },
  )
  return 'stored'
}

/** The columns that hold an event. */
function valuesOf(tx: Change, { id: eventId, key, type, thing, isLive, atMs, ignored }: WebhookEvent) {
  const isOver = thing === null
  return {
    eventId,
    key,
    type,
    state: isOver ? 'ignored' : 'stored',
    thingKind: thing?.kind ?? null,
    thingId: thing?.id ?? null,
    livemode: isLive ? 1 : 0,
    eventMs: atMs,
    endedMs: isOver ? tx.clock.now() : null,
    ignored: isOver ? ignored : null,
  }
}

function isKnown(tx: Change, service: string, key: string): boolean {
  const sql = 'SELECT id FROM webhooks WHERE service = :service AND event_key = :key'
  return findRow(tx, sql, { service, key }, is => is.text('id')) !== null
}

function isFull(tx: Change, service: string): boolean {
  const sql = `SELECT COUNT(*) AS waiting FROM webhooks /* by webhooks_unverified */
    WHERE state = 'unverified' AND service = :service`
  return readRow(tx, sql, { service }, is => is.number('waiting')) >= MOST_UNVERIFIED
}

function end(tx: Change, id: string, state: 'worked' | 'failed', error: string | null): void {
  tx.engine.run(
    `UPDATE webhooks SET state = :state, ended_ms = :now, error = :error WHERE id = :id AND state = 'stored'`,
    { id, state, now: tx.clock.now(), error },
  )
}

function giveUp(tx: Change, id: string, error: string): void {
  tx.engine.run(`DELETE FROM webhooks WHERE id = :id AND state = 'unverified'`, { id })
  end(tx, id, 'failed', error)
}

function putOff(tx: Change, id: string, error: string, againMs: number): void {
  tx.engine.run(
    `UPDATE webhooks SET tries = tries + 1, not_before_ms = :againMs, error = :error
     WHERE id = :id AND state IN ('unverified', 'stored')`,
    { id, againMs, error },
  )
}

function refuse(tx: Change, service: string, why: string, count: number): void {
  const now = tx.clock.now()
  tx.engine.run(
    `INSERT INTO webhook_refusals (service, day, why, count, last_ms) VALUES (:service, :day, :why, :count, :now)
     ON CONFLICT (service, day, why) DO UPDATE SET count = webhook_refusals.count + excluded.count, last_ms = excluded.last_ms`,
    { service, day: utcDay(now), why, count, now },
  )
}

function readWaiting(is: RowReader): WaitingWebhook {
  const common = {
    id: is.text('id'),
    service: is.text('service'),
    receivedMs: is.number('received_ms'),
    tries: is.number('tries'),
  }
  const state = is.text<WaitingWebhook['state']>('state')
  if (state === 'unverified') {
    const headers = is.json<Readonly<Record<string, string>>>('headers', {})
    return { ...common, state, raw: { body: is.text('body'), headers } }
  }
  const event = {
    id: is.text('event_id'),
    type: is.text('type'),
    isLive: is.number('livemode') === 1,
    atMs: is.number('event_ms'),
    thing: { kind: is.text('thing_kind'), id: is.text('thing_id') },
  }
  return { ...common, state, event }
}

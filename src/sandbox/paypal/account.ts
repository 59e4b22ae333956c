/** The account that the stand-in is: what it holds, who acts, and how changes are told. */
import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import type { JsonObject } from '../lib/json.ts'
import { kindSchema, kindStore, type KindStore } from '../lib/kinds.ts'
import { movableClock, type MovableClock } from '../lib/movable-clock.ts'
import { objects, type Objects } from '../lib/objects.ts'
import type { Clock } from '../lib/service.ts'
import { WEBHOOK_SCHEMA, webhooks, type Webhook, type Webhooks } from '../lib/webhooks.ts'
import { CERTIFICATE_ADDRESS } from './identity.ts'
import { NARROWED_BY, type Kinds } from './model.ts'
import { openSigners, signedText, SIGNING_SCHEMA, type Signers } from './signing.ts'

/** What the routes work on. */
export interface Account extends MovableClock {
  readonly store: KindStore<Kinds>
  /** Settings of the stand-in, by name. */
  readonly settings: Objects<number>
  readonly webhooks: Webhooks
  readonly signers: Signers
}

/** A change to the account, or a look at it: when, and where the stand-in is reached, for the addresses it hands out. */
export interface Act extends Account {
  readonly nowMs: number
  readonly origin: string
}

/** The tables. */
export const PAYPAL_SCHEMA = kindSchema(NARROWED_BY) + SIGNING_SCHEMA + WEBHOOK_SCHEMA

/** Opens the account over a database with {@link PAYPAL_SCHEMA} and the table of stored objects. */
export function openAccount(db: Database, clock: Clock): Account {
  const moving = movableClock(db, clock)
  const signers = openSigners(db, clock)
  const store = kindStore<Kinds>(db)
  const headers = (webhook: Webhook): Record<string, string> =>
    headersOf(signers, webhook, store.find('event', webhook.eventId)?.createdMs ?? 0)
  return {
    ...moving,
    store,
    settings: objects(db, 'setting'),
    signers,
    webhooks: webhooks(db, { now: moving.now, headers, retriesMs: RETRIES_MS }),
  }
}

/** Sooner than PayPal's (25 times within three days), so that a rehearsal sees them. */
const RETRIES_MS: readonly number[] = [1000, 5000, 30_000, 300_000, 3_600_000, 14_400_000, 43_200_000]

/**
 * The signature of an event for an endpoint. Its time is that of the event, in every attempt: whether PayPal signs
 * anew is not documented, and this is the harder case for whoever bounds the time.
 */
function headersOf(signers: Signers, webhook: Webhook, atMs: number): Record<string, string> {
  const { endpointId: webhookId, eventId, body } = webhook
  const hash = createHash('sha256').update(`${webhookId} ${eventId}`).digest('hex')
  const id = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
  const time = timeText(atMs)
  const signed = signers.sign(signedText({ id, time, webhookId }, body))
  return {
    'content-type': 'application/json',
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-cert-url': CERTIFICATE_ADDRESS + signed.id,
    'paypal-transmission-id': id,
    'paypal-transmission-sig': signed.signature,
    'paypal-transmission-time': time,
  }
}

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** A new id as those of orders, captures and refunds are. */
export function newId(length = 17): string {
  return [...randomBytes(length)].map(byte => ALPHABET[byte % ALPHABET.length] ?? '').join('')
}

/** A time as the API gives it. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** A link of the API. */
export function link(href: string, rel = 'self', method = 'GET'): JsonObject {
  return { href, rel, method }
}

/** What an event is about. */
export interface Subject {
  readonly type: 'checkout-order' | 'capture' | 'refund' | 'dispute'
  /** What events are found by, such as the id of the capture. */
  readonly id: string
  readonly summary: string
  readonly resource: JsonObject
}

/** Tells of a change: an event, and a webhook for each endpoint that wants it. Where a fault says so, it never appears. */
export function emit(act: Act, type: string, subject: Subject): void {
  if (act.webhooks.loses(type)) return
  const eventId = `WH-${newId()}-${newId()}`
  const path = `${act.origin}/v1/notifications/webhooks-events/${eventId}`
  const event = {
    id: eventId,
    event_version: '1.0',
    create_time: new Date(act.nowMs).toISOString(),
    resource_type: subject.type,
    resource_version: '2.0',
    event_type: type,
    summary: subject.summary,
    resource: subject.resource,
    links: [link(path), link(`${path}/resend`, 'resend', 'POST')],
  }
  act.store.add('event', { id: eventId, type, about: subject.id, createdMs: act.nowMs, body: event })
  // Escaped in a way of its own: who parses and prints it again breaks the signature.
  const body = JSON.stringify(event).replaceAll('/', String.raw`\/`)
  for (const { id: endpointId, url, types } of act.store.list('endpoint', { oldestFirst: true })) {
    if (types.includes('*') || types.includes(type))
      act.webhooks.add({ endpointId, url, eventId, type, body })
  }
}

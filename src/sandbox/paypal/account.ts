/** The account that the stand-in is: what it holds, who acts, and how changes are told. */
import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import type { JsonObject } from '../lib/json.ts'
import { movableClock, type MovableClock } from '../lib/movable-clock.ts'
import { objects, type Objects } from '../lib/objects.ts'
import type { Clock } from '../lib/service.ts'
import { webhooks, type Webhook, type Webhooks } from '../lib/webhooks.ts'
import { CERTIFICATE_ADDRESS } from './identity.ts'
import type { Capture, Dispute, Endpoint, Order, PayPalEvent, Refund, Row } from './model.ts'
import { openSigners, signedText, type Signers } from './signing.ts'

/** What the routes work on. */
export interface Account extends MovableClock {
  readonly orders: Objects<Order>
  readonly captures: Objects<Capture>
  readonly refunds: Objects<Refund>
  readonly disputes: Objects<Dispute>
  readonly endpoints: Objects<Endpoint>
  readonly events: Objects<PayPalEvent>
  /** Money that moved, by the id of its transaction. */
  readonly rows: Objects<Row>
  /** When each access token ends. */
  readonly tokens: Objects<number>
  /** Settings of the stand-in, by name. */
  readonly settings: Objects<number>
  readonly webhooks: Webhooks
  readonly signers: Signers
}

/** On whose behalf something changes. */
export interface Act {
  readonly nowMs: number
  /** Where this stand-in is reached, for the addresses it hands out. */
  readonly origin: string
}

/** Opens the account over a database with the tables of signing, webhooks and stored objects. */
export function openAccount(db: Database, clock: Clock): Account {
  const moving = movableClock(db, clock)
  const signers = openSigners(db, clock)
  const events = objects<PayPalEvent>(db, 'event')
  return {
    ...moving,
    orders: objects(db, 'order'),
    captures: objects(db, 'capture'),
    refunds: objects(db, 'refund'),
    disputes: objects(db, 'dispute'),
    endpoints: objects(db, 'endpoint'),
    events,
    rows: objects(db, 'row'),
    tokens: objects(db, 'token'),
    settings: objects(db, 'setting'),
    signers,
    webhooks: webhooks(db, {
      now: moving.now,
      headers: webhook => headersOf(signers, webhook, events.get(webhook.eventId)?.atMs ?? 0),
      retriesMs: RETRIES_MS,
    }),
  }
}

/** Sooner than PayPal's (25 times within three days), so that a rehearsal sees them. */
const RETRIES_MS: readonly number[] = [1000, 5000, 30_000, 300_000, 3_600_000, 14_400_000, 43_200_000]

/**
 * The signature of an event for an endpoint. Its time is that of the event, in every attempt: whether PayPal signs
 * anew is not documented, and this is the harder case for whoever bounds the time.
 */
function headersOf(
  signers: Signers,
  { endpointId, eventId, body }: Webhook,
  atMs: number,
): Record<string, string> {
  const hash = createHash('sha256').update(`${endpointId} ${eventId}`).digest('hex')
  const id = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
  const time = timeText(atMs)
  const signed = signers.sign(signedText({ id, time, webhookId: endpointId }, body))
  return {
    'content-type': 'application/json',
    'user-agent': 'PayPal/AUHD-214.0-58843188',
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-auth-version': 'v2',
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

/** What an event is about. */
export interface Subject {
  readonly type: 'checkout-order' | 'capture' | 'refund' | 'dispute'
  /** What events are found by, such as the id of the capture. */
  readonly id: string
  readonly summary: string
  readonly resource: JsonObject
}

/** Tells of a change: an event, and a webhook for each endpoint that wants it. Where a fault says so, it never appears. */
export function emit(account: Account, act: Act, type: string, subject: Subject): void {
  if (account.webhooks.loses(type)) return
  const id = `WH-${newId()}-${newId()}`
  const body = {
    id,
    event_version: '1.0',
    create_time: new Date(act.nowMs).toISOString(),
    resource_type: subject.type,
    resource_version: '2.0',
    event_type: type,
    summary: subject.summary,
    resource: subject.resource,
    links: [
      { href: `${act.origin}/v1/notifications/webhooks-events/${id}`, rel: 'self', method: 'GET' },
      { href: `${act.origin}/v1/notifications/webhooks-events/${id}/resend`, rel: 'resend', method: 'POST' },
    ],
  }
  account.events.add({ type, about: subject.id, atMs: act.nowMs, body }, id)
  for (const [endpointId, endpoint] of account.endpoints.list()) {
    if (!endpoint.types.includes('*') && !endpoint.types.includes(type)) continue
    account.webhooks.add({
      endpointId,
      url: endpoint.url,
      eventId: id,
      type,
      // Escaped in a way of its own: who parses and prints it again breaks the signature.
      body: JSON.stringify(body).replaceAll('/', String.raw`\/`),
    })
  }
}

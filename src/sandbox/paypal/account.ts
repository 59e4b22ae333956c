/** The account that the stand-in is: what it holds, who acts, and how changes are told. */
import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import type { JsonObject } from '../lib/json.ts'
import { kindSchema, kindStore } from '../lib/kinds.ts'
import type { Merchant } from '../lib/merchant.ts'
import { movableClock } from '../lib/movable-clock.ts'
import { objects, type Objects } from '../lib/objects.ts'
import type { Clock } from '../lib/service.ts'
import { WEBHOOK_SCHEMA, type Webhook } from '../lib/webhook-rows.ts'
import { webhooks } from '../lib/webhooks.ts'
import { CERTIFICATE_ADDRESS } from './identity.ts'
import { NARROWED_BY, type Kinds } from './model.ts'
import { openSigners, signedText, SIGNING_SCHEMA, type Signers } from './signing.ts'

/** What the routes work on. */
export interface Account extends Merchant<Kinds> {
  /** Settings of the stand-in, by name. */
  readonly settings: Objects<number>
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
    webhooks: webhooks(db, { now: moving.now, headers }),
  }
}

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

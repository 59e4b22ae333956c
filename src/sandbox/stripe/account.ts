/** The account that the stand-in is: what its parts work on, who acts, and how objects are made and changed. */
import { randomUUID } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import type { JsonObject } from '../lib/json.ts'
import { kindSchema, kindStore } from '../lib/kinds.ts'
import type { Merchant } from '../lib/merchant.ts'
import { movableClock } from '../lib/movable-clock.ts'
import type { Clock } from '../lib/service.ts'
import { WEBHOOK_SCHEMA } from '../lib/webhook-rows.ts'
import { webhooks } from '../lib/webhooks.ts'
import { signature, thinTwin } from './deliveries.ts'
import { fieldsOf, prefixOf, shown } from './looks.ts'
import type { Endpoint, Fields, Kind, Kinds, Stored } from './model.ts'

/** What the routes work on. */
export type Account = Merchant<Kinds>

/** On whose behalf something changes. */
export interface Act extends Account {
  readonly livemode: boolean
  readonly nowMs: number
  /** The call that asked for it; null for what a person or time did. */
  readonly requestId: string | null
  readonly idempotencyKey: string | null
  /** Where this stand-in is reached, for the addresses it hands out. */
  readonly origin: string
}

/** The order of every list. */
const LISTED = 'livemode+created'

/** The tables. */
export const STRIPE_SCHEMA =
  WEBHOOK_SCHEMA +
  kindSchema({
    payment_link: [LISTED],
    'checkout.session': [
      LISTED,
      'livemode+payment_intent+created',
      'livemode+payment_link+created',
      'livemode+status+expires_at',
    ],
    payment_intent: [LISTED],
    charge: [LISTED, 'livemode+payment_intent+created'],
    refund: [LISTED, 'livemode+payment_intent+created', 'livemode+charge+created'],
    dispute: [LISTED, 'livemode+payment_intent+created', 'livemode+charge+created'],
    balance_transaction: [LISTED, 'livemode+source+created', 'livemode+payout+created'],
    payout: [LISTED],
    event: [LISTED],
  })

/** Opens the account over a database with {@link STRIPE_SCHEMA} and the table of stored objects. */
export function openAccount(db: Database, clock: Clock): Account {
  const store = kindStore<Kinds>(db)
  const { now, advance } = movableClock(db, clock)
  return {
    store,
    now,
    advance,
    webhooks: webhooks(db, {
      now,
      headers: ({ endpointId, body }, nowMs) => {
        const secret = store.find('webhook_endpoint', endpointId)?.secret ?? ''
        return { 'stripe-signature': signature(secret, body, nowMs) }
      },
      onDelivered: ({ eventId }) => {
        const event = store.find('event', eventId)
        if (event === undefined) return
        store.put('event', { ...event, pending_webhooks: Math.max(0, event.pending_webhooks - 1) })
      },
    }),
  }
}

/** What an act of a person at the pages, or of time, is. */
export function outsideAct(account: Account, livemode: boolean, origin: string): Act {
  return { ...account, livemode, nowMs: account.now(), requestId: null, idempotencyKey: null, origin }
}

/** A new id, such as `pi_` and 24 characters. */
export function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '').slice(8)}`
}

/** The time of an act, in seconds, as the API gives times. */
export function secondsOf({ nowMs }: Act): number {
  return Math.floor(nowMs / 1000)
}

/** What an object is made of: its `id` and what has a usual value may be left out. */
type Parts<K extends Kind> = Partial<Fields[K]> & JsonObject

/** Makes and stores an object, with the fields that its kind always has, and tells of it by an event if one is named. */
export function make<K extends Kind>(act: Act, kind: K, parts: Parts<K>, event?: string): Kinds[K] {
  const head = { id: newId(prefixOf(kind)), object: kind, created: secondsOf(act), livemode: act.livemode }
  const whole: unknown = { ...head, ...fieldsOf(kind), ...parts }
  // What the parts leave out is among the fields that the kind always has; the contract test sees what is missing.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const object = whole as Kinds[K]
  act.store.add(kind, object)
  if (event !== undefined) emit(act, event, object)
  return object
}

/** Changes fields of an object and stores it, and tells of it by the events that are named. */
export function change<K extends Kind>(
  act: Act,
  kind: K,
  object: Kinds[K],
  parts: Partial<Kinds[K]>,
  ...events: readonly string[]
): Kinds[K] {
  const changed = { ...object, ...parts }
  act.store.put(kind, changed)
  for (const event of events) emit(act, event, changed)
  return changed
}

/**
 * Tells of a change: an event, and a webhook for each endpoint that wants it. `before` has the fields that changed with
 * their old values. Where a fault says so, the event never appears.
 */
export function emit(act: Act, type: string, object: JsonObject, before?: JsonObject): void {
  if (act.webhooks.loses(type)) return
  const where = { livemode: act.livemode, status: 'enabled' }
  const endpoints = act.store
    .list('webhook_endpoint', { where, oldestFirst: true })
    .filter(({ enabled_events: types }) => types.includes('*') || types.includes(type))
  const event = make(act, 'event', {
    data: { object: shown(object), ...(before === undefined ? {} : { previous_attributes: before }) },
    pending_webhooks: endpoints.length,
    request: { id: act.requestId, idempotency_key: act.idempotencyKey },
    type,
  })
  for (const endpoint of endpoints) send(act, endpoint, event)
}

function send(act: Act, { id, url, payload }: Endpoint, event: Stored<'event'>): void {
  const body = payload === 'thin' ? thinTwin(event) : shown(event)
  act.webhooks.add({
    endpointId: id,
    url,
    eventId: event.id,
    type: event.type,
    // Indented, as Stripe sends it: who parses and prints it again breaks the signature.
    body: JSON.stringify(body, null, 2),
  })
}

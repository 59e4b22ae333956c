/** The account that the stand-in is: what its parts work on, who acts, and how changes are told. */
import { createHmac, randomBytes } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import { movableClock, type MovableClock } from '../lib/movable-clock.ts'
import type { Clock } from '../lib/service.ts'
import { webhooks, type Webhook, type Webhooks } from '../lib/webhooks.ts'
import { API_VERSION } from './identity.ts'
import type { Endpoint, Kinds, Stored, StripeEvent } from './model.ts'
import { shown } from './show.ts'
import { openStore, type Store } from './store.ts'

/** What the routes work on. */
export interface Account extends MovableClock {
  readonly store: Store
  readonly webhooks: Webhooks
}

/** On whose behalf something changes. */
export interface Act {
  readonly livemode: boolean
  readonly nowMs: number
  /** The call that asked for it; null for what a person or time did. */
  readonly requestId: string | null
  readonly idempotencyKey: string | null
  /** Where this stand-in is reached, for the addresses it hands out. */
  readonly origin: string
}

/** Opens the account over a database with the tables of the store, webhooks and stored objects. */
export function openAccount(db: Database, clock: Clock): Account {
  const store = openStore(db)
  const { now, advance } = movableClock(db, clock)
  return {
    store,
    now,
    advance,
    webhooks: webhooks(db, {
      now,
      headers: (webhook, nowMs) => ({ 'stripe-signature': signature(store, webhook, nowMs) }),
      retriesMs: RETRIES_MS,
      onDelivered: ({ eventId }) => {
        const event = store.find('event', eventId)
        if (event === undefined) return
        const pending = Math.max(0, event.pending_webhooks - 1)
        store.put('event', { ...event, pending_webhooks: pending, own: { delivered: pending === 0 } })
      },
    }),
  }
}

/** Sooner than Stripe's (up to three days), so that a rehearsal sees them. */
const RETRIES_MS: readonly number[] = [1000, 5000, 30_000, 300_000, 3_600_000, 14_400_000, 43_200_000]

/** `t=…,v1=…` over `<t>.<body>`, by the secret the endpoint has at the time of the attempt. */
function signature(store: Store, { endpointId, body }: Webhook, nowMs: number): string {
  const time = String(Math.floor(nowMs / 1000))
  const secret = store.find('webhook_endpoint', endpointId)?.own.secret ?? ''
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`
}

/** A new id, such as `pi_` and 24 characters. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}

/** The time of an act, in seconds, as the API gives times. */
export function secondsOf({ nowMs }: Act): number {
  return Math.floor(nowMs / 1000)
}

/** What every new object begins with. */
export function newObject<N extends string>(
  act: Act,
  object: N,
  prefix: string,
): { readonly id: string; readonly object: N; readonly created: number; readonly livemode: boolean } {
  return { id: newId(prefix), object, created: secondsOf(act), livemode: act.livemode }
}

/** What an act of a person at the pages, or of time, is. */
export function outsideAct(account: Account, livemode: boolean, origin: string): Act {
  return { livemode, nowMs: account.now(), requestId: null, idempotencyKey: null, origin }
}

/**
 * Tells of a change: an event, and a webhook for each endpoint that wants it. `before` names the fields that changed
 * with their old values. Where a fault says so, the event never appears.
 */
export function emit(
  account: Account,
  act: Act,
  type: string,
  object: Stored,
  before?: Readonly<Record<string, unknown>>,
): void {
  if (account.webhooks.loses(type)) return
  const endpoints = account.store
    .list('webhook_endpoint', { livemode: act.livemode, where: { status: 'enabled' }, oldestFirst: true })
    .filter(endpoint => wants(endpoint, type))
  const event: StripeEvent = {
    ...newObject(act, 'event', 'evt'),
    api_version: API_VERSION,
    data: { object: shown(object), ...(before === undefined ? {} : { previous_attributes: before }) },
    pending_webhooks: endpoints.length,
    own: { delivered: endpoints.length === 0 },
    request: { id: act.requestId, idempotency_key: act.idempotencyKey },
    type,
  }
  account.store.add('event', event)
  for (const endpoint of endpoints) send(account, act, endpoint, event, object)
}

function wants({ enabled_events: types }: Endpoint, type: string): boolean {
  return types.includes('*') || types.includes(type)
}

function send(account: Account, act: Act, endpoint: Endpoint, event: StripeEvent, object: Stored): void {
  const body = endpoint.own.payload === 'thin' ? thinTwin(account, act, event, object) : event
  account.webhooks.add({
    endpointId: endpoint.id,
    url: endpoint.url,
    eventId: event.id,
    type: event.type,
    // Indented, as Stripe sends it: who parses and prints it again breaks the signature.
    body: JSON.stringify(shown(body), null, 2),
  })
}

/** The thin event of a snapshot, made once and kept, to be fetched at `/v2/core/events`. */
function thinTwin(
  account: Account,
  act: Act,
  event: StripeEvent,
  { id, object }: Stored,
): Kinds['v2.core.event'] {
  const twinId = event.id.replace('evt_', 'evt_test_')
  const known = account.store.find('v2.core.event', twinId)
  if (known !== undefined) return known
  const twin = {
    id: twinId,
    object: 'v2.core.event',
    type: `v1.${event.type}`,
    livemode: event.livemode,
    created: event.created,
    own: { created: new Date(act.nowMs).toISOString() },
    related_object: { id, type: object, url: `/v1/${pathOf(object)}/${id}` },
    snapshot_event: event.id,
  }
  account.store.add('v2.core.event', twin)
  return twin
}

function pathOf(object: string): string {
  return `${object.replace('.', '/')}s`
}

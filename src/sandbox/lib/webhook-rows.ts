/** Webhooks as they are stored: each with its place in the order to its endpoint, and what became of it. */
import type { Database } from './db.ts'

/** One event on its way to one address. */
export interface Webhook {
  readonly endpointId: string
  readonly url: string
  readonly eventId: string
  /** The type of the event, which a fault is matched by as `kind`. */
  readonly type: string
  readonly body: string
}

/** What became of it: `held` waits for the next one to the same endpoint, `dropped` was never sent. */
export type DeliveryState = 'waiting' | 'held' | 'delivered' | 'failed' | 'dropped'

/** A webhook with what became of it. */
export interface Delivery extends Webhook {
  readonly id: number
  readonly state: DeliveryState
  readonly attempts: number
  /** When it is sent next, in milliseconds since 1970. */
  readonly dueMs: number
  /** The status of the last answer; null before one, and where none came. */
  readonly lastStatus: number | null
}

/** The table. */
export const WEBHOOK_SCHEMA = `
CREATE TABLE IF NOT EXISTS webhook_delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  place INTEGER NOT NULL,
  endpointId TEXT NOT NULL,
  url TEXT NOT NULL,
  eventId TEXT NOT NULL,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  dueMs INTEGER NOT NULL,
  lastStatus INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS webhook_delivery_due ON webhook_delivery (state, endpointId, dueMs, place);
CREATE INDEX IF NOT EXISTS webhook_delivery_event ON webhook_delivery (eventId);
`

/** The stored webhooks. */
export interface WebhookRows {
  insert(webhook: Webhook, state: DeliveryState, dueMs: number): void
  /** Puts those held for an endpoint behind all that wait for it. */
  letGo(endpointId: string, nowMs: number): void
  dueNow(nowMs: number): void
  nextFor(endpointId: string): Delivery | undefined
  endpoints(): readonly string[]
  settle(id: number, state: DeliveryState, dueMs: number, status: number | null): void
  newest(limit: number): readonly Delivery[]
  counts(): Readonly<Record<string, number>>
  /** One for each endpoint. */
  ofEvent(eventId: string): readonly Delivery[]
  clear(): void
}

const NEXT_PLACE = '(SELECT coalesce(max(place), 0) + 1 FROM webhook_delivery)'

/** Opens them over a database with {@link WEBHOOK_SCHEMA}. */
export function webhookRows(db: Database): WebhookRows {
  const insert = db.prepare<Webhook & { readonly state: DeliveryState; readonly dueMs: number }>(
    `INSERT INTO webhook_delivery (place, endpointId, url, eventId, type, body, state, dueMs)
     VALUES (${NEXT_PLACE}, @endpointId, @url, @eventId, @type, @body, @state, @dueMs)`,
  )
  const held = db.prepare<[string], { readonly id: number }>(
    "SELECT id FROM webhook_delivery WHERE state = 'held' AND endpointId = ? ORDER BY place",
  )
  const putLast = db.prepare<[number, number]>(
    `UPDATE webhook_delivery SET state = 'waiting', dueMs = ?, place = ${NEXT_PLACE} WHERE id = ?`,
  )
  const due = db.prepare<[number]>(
    "UPDATE webhook_delivery SET state = 'waiting', dueMs = min(dueMs, ?) WHERE state IN ('waiting', 'held')",
  )
  const next = db.prepare<[string], Delivery>(
    "SELECT * FROM webhook_delivery WHERE state = 'waiting' AND endpointId = ? ORDER BY dueMs, place LIMIT 1",
  )
  const endpoints = db.prepare<[], { readonly endpointId: string }>(
    "SELECT DISTINCT endpointId FROM webhook_delivery WHERE state = 'waiting'",
  )
  const settle = db.prepare<[DeliveryState, number, number | null, number]>(
    'UPDATE webhook_delivery SET state = ?, attempts = attempts + 1, dueMs = ?, lastStatus = ? WHERE id = ?',
  )
  const newest = db.prepare<[number], Delivery>('SELECT * FROM webhook_delivery ORDER BY id DESC LIMIT ?')
  const counts = db.prepare<[], { readonly state: string; readonly total: number }>(
    'SELECT state, count(*) AS total FROM webhook_delivery GROUP BY state ORDER BY state',
  )
  const ofEvent = db.prepare<[string], Delivery>(
    'SELECT * FROM webhook_delivery WHERE eventId = ? GROUP BY endpointId',
  )
  const clear = db.prepare('DELETE FROM webhook_delivery')
  return {
    insert: ({ endpointId, url, eventId, type, body }, state, dueMs) =>
      void insert.run({ endpointId, url, eventId, type, body, state, dueMs }),
    letGo: (endpointId, nowMs) => {
      for (const { id } of held.all(endpointId)) putLast.run(nowMs, id)
    },
    dueNow: nowMs => void due.run(nowMs),
    nextFor: endpointId => next.get(endpointId),
    endpoints: () => endpoints.all().map(({ endpointId }) => endpointId),
    settle: (id, state, dueMs, status) => void settle.run(state, dueMs, status, id),
    newest: limit => newest.all(limit),
    counts: () => Object.fromEntries(counts.all().map(({ state, total }) => [state, total])),
    ofEvent: eventId => ofEvent.all(eventId),
    clear: () => void clear.run(),
  }
}

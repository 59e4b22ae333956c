/** Webhooks sent out: stored with the change they tell of, sent after it, tried again, and disturbed by faults. */
import type { Database } from './db.ts'
import { armedFaults, type FaultAction, type FaultPreset } from './fault.ts'
import { integerOf } from './json.ts'
import type { Clock } from './service.ts'
import {
  webhookRows,
  type Delivery,
  type DeliveryState,
  type Webhook,
  type WebhookRows,
} from './webhook-rows.ts'

/** How a vendor sends webhooks. */
export interface WebhookRules {
  readonly now: Clock
  /** The headers of one attempt, its signature among them. */
  readonly headers: (webhook: Webhook, nowMs: number) => Readonly<Record<string, string>>
  /** Called once, when a 2xx answer has come; runs in no call's transaction. */
  readonly onDelivered?: (webhook: Webhook) => void
}

/** The webhooks of one stand-in. */
export interface Webhooks {
  /** Stores it in the caller's transaction: a change that is undone sends nothing. Acts on the faults of {@link EVENT_FAULTS}. */
  add(webhook: Webhook): void
  /** True when a fault makes an event of this type never appear at all: neither stored, listed nor sent. */
  loses(type: string): boolean
  /** Sends what is due, one after the other to each endpoint; returns at once. For `Service.settled`. */
  pump(): void
  /** Makes all that waits or is held due now. */
  release(): void
  /** The newest, newest first. */
  newest(limit: number): readonly Delivery[]
  /** How many are in each state. */
  counts(): Readonly<Record<string, number>>
  /** Sends an event again to all endpoints it was for; false where it was for none. */
  resend(eventId: string): boolean
  /** Forgets all. */
  reset(): void
  /** Ends what is on its way; what was not answered is sent again by the next start. For `Service.close`. */
  close(): Promise<void>
}

/** Faults of events rather than calls: matched by `kind` (the type of the event) and `path` (the address). */
export const EVENT_FAULTS: readonly string[] = [
  'webhook-drop',
  'webhook-delay',
  'webhook-duplicate',
  'webhook-hold',
  'event-lost',
]

/** They as buttons. */
export const EVENT_PRESETS: readonly FaultPreset[] = [
  { label: 'Next webhook dropped', fault: { action: { type: 'webhook-drop' } } },
  { label: 'All webhooks dropped', fault: { action: { type: 'webhook-drop' }, times: 1_000_000 } },
  { label: 'Next webhook 30 s late', fault: { action: { type: 'webhook-delay', ms: 30_000 } } },
  { label: 'Next webhook twice', fault: { action: { type: 'webhook-duplicate' } } },
  { label: 'Next webhook after its successor', fault: { action: { type: 'webhook-hold' } } },
  { label: 'Next event never appears', fault: { action: { type: 'event-lost' } } },
]

/** The waits between attempts; after the last one it has failed. Sooner than the vendors' (days), so that a rehearsal sees them. */
const RETRIES_MS: readonly number[] = [1000, 5000, 30_000, 300_000, 3_600_000, 14_400_000, 43_200_000]
const ATTEMPT_TIMEOUT_MS = 20_000
const LONGEST_TIMER_MS = 60_000

/** Opens them over a database with {@link WEBHOOK_SCHEMA} and the table of stored objects. */
export function webhooks(db: Database, rules: WebhookRules): Webhooks {
  const rows = webhookRows(db)
  const faults = armedFaults(db)
  const sending = sender(rows, rules)
  const put = (webhook: Webhook, fault: FaultAction | undefined): void => {
    const late = fault?.type === 'webhook-delay' ? (integerOf(fault, 'ms') ?? 0) : 0
    rows.insert(webhook, stateUnder(fault), rules.now() + late)
    if (fault?.type === 'webhook-duplicate') rows.insert(webhook, 'waiting', rules.now())
    if (fault?.type !== 'webhook-hold') rows.letGo(webhook.endpointId, rules.now())
  }
  return {
    add: webhook => {
      const { url: path, type: kind, body } = webhook
      const call = { method: 'WEBHOOK', path, kind, model: undefined, body }
      put(
        webhook,
        faults.take(call, type => type.startsWith('webhook-')),
      )
    },
    loses: kind =>
      faults.take(
        { method: 'EVENT', path: '', kind, model: undefined, body: '' },
        type => type === 'event-lost',
      ) !== undefined,
    pump: () => sending.pump(),
    release: () => rows.dueNow(rules.now()),
    newest: limit => rows.newest(limit),
    counts: () => rows.counts(),
    resend: eventId => {
      const sent = rows.ofEvent(eventId)
      for (const delivery of sent) rows.insert(delivery, 'waiting', rules.now())
      return sent.length > 0
    },
    reset: () => rows.clear(),
    close: async () => sending.close(),
  }
}

function stateUnder(fault: FaultAction | undefined): DeliveryState {
  if (fault?.type === 'webhook-drop') return 'dropped'
  return fault?.type === 'webhook-hold' ? 'held' : 'waiting'
}

/** Sends what is due: one lane for each endpoint, so that one that hangs holds up no other. */
function sender(rows: WebhookRows, rules: WebhookRules): Pick<Webhooks, 'pump' | 'close'> {
  const lanes = new Map<string, Promise<void>>()
  const timers = new Map<string, NodeJS.Timeout>()
  const closing = new AbortController()

  const lane = async (endpointId: string): Promise<void> => {
    for (;;) {
      const next = closing.signal.aborted ? undefined : rows.nextFor(endpointId)
      if (next === undefined) return
      const waitMs = next.dueMs - rules.now()
      if (waitMs > 0) {
        wakeLater(endpointId, waitMs)
        return
      }
      await attempt(next)
    }
  }
  const wakeLater = (endpointId: string, waitMs: number): void => {
    clearTimeout(timers.get(endpointId))
    const timer = setTimeout(pump, Math.min(waitMs, LONGEST_TIMER_MS))
    timers.set(endpointId, timer.unref())
  }
  const attempt = async (delivery: Delivery): Promise<void> => {
    const status = await post(delivery, rules.headers(delivery, rules.now()), closing.signal)
    if (closing.signal.aborted) return
    const retryMs = RETRIES_MS[delivery.attempts]
    if (status !== null && status >= 200 && status < 300) {
      rows.settle(delivery.id, 'delivered', delivery.dueMs, status)
      rules.onDelivered?.(delivery)
    } else if (retryMs === undefined) rows.settle(delivery.id, 'failed', delivery.dueMs, status)
    else rows.settle(delivery.id, 'waiting', rules.now() + retryMs, status)
  }
  const pump = (): void => {
    if (closing.signal.aborted) return
    for (const endpointId of rows.endpoints()) {
      if (lanes.has(endpointId)) continue
      const running = lane(endpointId).finally(() => lanes.delete(endpointId))
      lanes.set(endpointId, running)
    }
  }
  return {
    pump,
    close: async () => {
      closing.abort()
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all(lanes.values())
    },
  }
}

/** The status of the answer; null where none came. A redirect is an answer, as with the vendors, and not followed. */
async function post(
  { url, body }: Webhook,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
    })
    await answer.arrayBuffer()
    return answer.status
  } catch {
    // Refused, cut or too slow: the vendor tries again too.
    return null
  }
}

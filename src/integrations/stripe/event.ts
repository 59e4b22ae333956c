import type { WebhookEvent } from '../../domain/webhook.ts'
import { isObject } from '../../domain/shape.ts'

/** An event of Stripe in either of its forms; null for what is none. `isLive`: of which mode the store is. */
export function eventIn(said: unknown, isLive: boolean): WebhookEvent | null {
  if (!isObject(said)) return null
  const event = said['object'] === 'event' ? snapshot(said) : thin(said)
  const [id, type] = [textIn(said, 'id'), textIn(said, 'type')]
  const live = said['livemode']
  if (event === null || id === null || type === null || typeof live !== 'boolean') return null
  const ignored = whyIgnored(said, { live, isLive, kind: event.thing?.kind ?? null })
  const thing = ignored === null ? event.thing : null
  return { id, key: event.key ?? id, type, thing, isLive: live, atMs: event.atMs, ignored }
}

interface Form {
  /** Null where it is the id. */
  readonly key: string | null
  readonly thing: WebhookEvent['thing']
  readonly atMs: number
}

type Said = Readonly<Record<string, unknown>>

/** It holds the thing as it was then; what it is now is asked. */
function snapshot(said: Said): Form | null {
  const created = said['created']
  const data = said['data']
  if (typeof created !== 'number' || !Number.isSafeInteger(created * 1000) || !isObject(data)) return null
  const object = data['object']
  if (!isObject(object)) return null
  return { key: null, thing: thingOf(textIn(object, 'object'), textIn(object, 'id')), atMs: created * 1000 }
}

/** It names the thing, and the snapshot of the same change where there is one. */
function thin(said: Said): Form | null {
  const related = isObject(said['related_object']) ? said['related_object'] : {}
  const atMs = Date.parse(textIn(said, 'created') ?? '')
  if (said['object'] !== 'v2.core.event' || Number.isNaN(atMs)) return null
  const thing = thingOf(textIn(related, 'type'), textIn(related, 'id'))
  return { key: textIn(said, 'snapshot_event'), thing, atMs }
}

function thingOf(kind: string | null, id: string | null): WebhookEvent['thing'] {
  return kind === null || id === null ? null : { kind, id }
}

/** What payments are known by: see `look` of the provider. */
const KINDS: ReadonlySet<string> = new Set([
  'payment_link',
  'checkout.session',
  'payment_intent',
  'charge',
  'refund',
  'dispute',
])

/**
 * Why nothing follows from an event of Stripe; null where something does. One of the other mode is taken all the same:
 * Stripe sends it to whoever is named there, tries for days where it is refused, and then sends nothing more at all.
 */
function whyIgnored(
  said: Said,
  { live, isLive, kind }: { readonly live: boolean; readonly isLive: boolean; readonly kind: string | null },
): string | null {
  if (live !== isLive) return live ? 'of live mode' : 'of test mode'
  if (textIn(said, 'account') !== null) return 'of another account'
  return kind !== null && KINDS.has(kind) ? null : 'of a type that nothing follows from'
}

const LONGEST_TEXT = 255

function textIn(object: Said, name: string): string | null {
  const text = object[name]
  return typeof text === 'string' && text !== '' && text.length <= LONGEST_TEXT ? text : null
}

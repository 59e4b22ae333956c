import type { WebhookEvent } from '../../domain/webhook.ts'
import { isObject, parseJson } from '../../domain/shape.ts'
import { nodeCrypto } from '../../kernel/node-modules.ts'
import type { WebhookReader, WebhookReading } from '../../roles/webhook-reader.ts'

/** What webhooks are judged by. */
export interface StripeWebhookOptions {
  /** Several while one is replaced by another: whatever is signed by any of them is Stripe's. */
  readonly secrets: readonly string[]
  /** Whether the money of this store is real. */
  readonly isLive: boolean
}

/**
 * Reads what Stripe signs (docs.stripe.com/webhooks, "Verify webhook signatures manually"), in both forms: snapshots,
 * and thin events, which name the snapshot that they repeat. Without the SDK: that takes a signature of any future for
 * good, and thin events by another function.
 */
export function stripeWebhooks({ secrets, isLive }: StripeWebhookOptions): WebhookReader {
  return {
    read: ({ body, header, atMs }) => {
      const signed = signatureIn(header('stripe-signature'))
      if (signed === null) return refused('no signature')
      if (!secrets.some(secret => isSignedBy(secret, signed, body))) return refused('wrong signature')
      // Both ways: what is signed for the future could be sent again until then.
      if (Math.abs(atMs - signed.atS * 1000) > TOLERANCE_MS) return refused('signed too long ago, or ahead')
      const event = eventIn(parseJson(Buffer.from(body).toString('utf8')), isLive)
      return event === null ? refused('no event') : { kind: 'event', event }
    },
  }
}

/** The secrets of a text, which are separated by commas. */
export function webhookSecrets(text: string): string[] {
  return text
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '')
}

const TOLERANCE_MS = 300_000
/** As many as Stripe was seen to send, and some more: each costs a comparison. */
const MOST_SIGNATURES = 8

interface Signed {
  /** As it stands in the header: it is a part of what was signed. */
  readonly time: string
  readonly atS: number
  readonly signatures: readonly Uint8Array[]
}

function refused(why: string): WebhookReading {
  return { kind: 'refused', why }
}

/** `t=1700000000,v1=5257…,v1=…`; other schemes are not looked at. */
function signatureIn(text: string | null): Signed | null {
  const parts = (text ?? '').split(',').map(part => part.trim().split('=', 2))
  const times = parts.flatMap(([name, value = '']) => (name === 't' ? [value] : []))
  const [time = ''] = times
  if (times.length !== 1 || !/^\d{1,12}$/.test(time)) return null
  const signatures = parts.flatMap(([name, value = '']) =>
    name === 'v1' && /^[0-9a-f]{64}$/i.test(value) ? [Buffer.from(value, 'hex')] : [],
  )
  if (signatures.length === 0 || signatures.length > MOST_SIGNATURES) return null
  return { time, atS: Number(time), signatures }
}

function isSignedBy(secret: string, { time, signatures }: Signed, body: Uint8Array): boolean {
  const { createHmac, timingSafeEqual } = nodeCrypto()
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest()
  return signatures.some(given => timingSafeEqual(given, expected))
}

/** Null for what is no event. */
function eventIn(said: unknown, isLive: boolean): WebhookEvent | null {
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

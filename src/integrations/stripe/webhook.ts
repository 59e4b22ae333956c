import { parseJson } from '../../domain/shape.ts'
import { nodeCrypto } from '../../kernel/node-modules.ts'
import { eventIn } from './event.ts'
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

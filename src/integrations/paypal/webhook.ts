import { parseJson } from '../../domain/shape.ts'
import { nodeCrypto, nodeZlib } from '../../kernel/node-modules.ts'
import type { WebhookArrival, WebhookReader, WebhookReading } from '../../roles/webhook-reader.ts'
import { isCertificateAddress, type Certificates, type KnownSigner } from './certificates.ts'
import { eventIn } from './event.ts'

/** What webhooks are judged by. */
export interface PayPalWebhookOptions {
  /** That of the app, which is a part of what is signed. */
  readonly webhookId: string
  readonly certificates: Certificates
}

/**
 * Reads what PayPal signs (its page "Integrate webhooks", "Verify the message yourself"). Of the body it signs only a
 * checksum, which anybody can keep while changing the rest: a good signature says that PayPal once sent something like
 * it, so the event is a hint, and whatever is booked is asked for.
 *
 * One whose certificate is not known yet is kept as unverified, and judged by a job, which fetches it.
 */
export function paypalWebhooks({ webhookId, certificates }: PayPalWebhookOptions): WebhookReader {
  return {
    read: arrival => {
      const sent = sentIn(arrival)
      if (typeof sent === 'string') return refused(sent)
      const signer = certificates.known(sent.address)
      if (signer !== null) return judged(sent, signer, webhookId)
      const why = 'its certificate is not known yet'
      return { kind: 'unverified', raw: { body: sent.text, headers: sent.headers }, why }
    },
    verify: async ({ body, headers }, receivedMs) => {
      const header = (name: string): string | null => headers[name] ?? null
      const sent = sentIn({ body: Buffer.from(body), header, atMs: receivedMs })
      if (typeof sent === 'string') return refused(sent)
      const signer = certificates.known(sent.address) ?? (await certificates.fetch(sent.address))
      return signer === null ? refused('its certificate is none of PayPal') : judged(sent, signer, webhookId)
    },
  }
}

const NAMES = {
  algorithm: 'paypal-auth-algo',
  address: 'paypal-cert-url',
  id: 'paypal-transmission-id',
  signature: 'paypal-transmission-sig',
  time: 'paypal-transmission-time',
} as const

/** What came, in the form that PayPal has. */
interface Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly address: string
  readonly id: string
  /** As it stands in the header: it is a part of what was signed. */
  readonly time: string
  readonly timeMs: number
  readonly signature: string
  readonly body: Uint8Array
  readonly text: string
}

/** PayPal tries for three days, and may sign a try again or send the first signature. */
const OLDEST_MS = 4 * 86_400_000
const FARTHEST_AHEAD_MS = 5 * 60_000
const LONGEST_HEADER = 1_000

/** What came, or why it is none of PayPal's. */
function sentIn({ body, header, atMs }: WebhookArrival): Sent | string {
  const given = Object.values(NAMES).map(name => [name, header(name) ?? ''] as const)
  if (given.some(([, value]) => value === '' || value.length > LONGEST_HEADER)) return 'no signature'
  const headers: Readonly<Record<string, string>> = Object.fromEntries(given)
  const value = (name: keyof typeof NAMES): string => headers[NAMES[name]] ?? ''
  if (value('algorithm') !== 'SHA256withRSA') return 'signed in an unknown way'
  if (!isCertificateAddress(value('address'))) return 'signed by a certificate of another address'
  const time = value('time')
  const timeMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(time) ? Date.parse(time) : Number.NaN
  if (!(atMs - timeMs <= OLDEST_MS && timeMs - atMs <= FARTHEST_AHEAD_MS)) {
    return 'signed too long ago, or ahead'
  }
  const text = utf8Of(body)
  if (text === null || eventIn(parseJson(text), false) === null) return 'no event'
  const { id, signature, address } = {
    id: value('id'),
    signature: value('signature'),
    address: value('address'),
  }
  return { headers, address, id, time, timeMs, signature, body, text }
}

/** The text that these bytes are and no others; null for none. */
function utf8Of(body: Uint8Array): string | null {
  const text = Buffer.from(body).toString('utf8')
  return Buffer.from(text).equals(body) ? text : null
}

function judged(sent: Sent, signer: KnownSigner, webhookId: string): WebhookReading {
  if (sent.timeMs < signer.fromMs || sent.timeMs > signer.toMs)
    return refused('its certificate was out of date')
  if (!isSigned(sent, signer, webhookId)) return refused('wrong signature')
  const event = eventIn(parseJson(sent.text), signer.isLive)
  return event === null ? refused('no event') : { kind: 'event', event }
}

function isSigned({ id, time, signature, body }: Sent, { key }: KnownSigner, webhookId: string): boolean {
  const text = `${id}|${time}|${webhookId}|${String(nodeZlib().crc32(body))}`
  return nodeCrypto().verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64'))
}

function refused(why: string): WebhookReading {
  return { kind: 'refused', why }
}

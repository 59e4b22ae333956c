/** Events of Stripe as it signs them. */
import { createHmac } from 'node:crypto'

export const SECRET = 'whsec_firstfirstfirst'

/** A body with its signature. */
export interface SignedEvent {
  readonly id: string
  readonly body: string
  readonly signature: string
}

/** `t=…,v1=…` over `<t>.<body>`. */
export function signatureOf(body: string, secret = SECRET, atMs = Date.now()): string {
  const time = String(Math.floor(atMs / 1000))
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`
}

/** The snapshot of a refunded charge; by its number it is always the same event. */
export function anEvent(number: number): SignedEvent {
  const id = `evt_${String(number).padStart(8, '0')}`
  const object = { id: `ch_${number}`, object: 'charge', amount: 5_000, note: 'x'.repeat(1_000) }
  const body = JSON.stringify({
    id,
    object: 'event',
    type: 'charge.refunded',
    created: 1_900_000_000,
    livemode: false,
    data: { object },
  })
  return { id, body, signature: signatureOf(body) }
}

/** The thin event of the same change. */
export function thinTwinOf(number: number): SignedEvent {
  const { id: snapshot } = anEvent(number)
  const id = `evt_test_${number}`
  const body = JSON.stringify({
    id,
    object: 'v2.core.event',
    type: 'v1.charge.refunded',
    created: '2030-03-17T17:46:40.000Z',
    livemode: false,
    related_object: { id: `ch_${number}`, type: 'charge', url: `/v1/charges/ch_${number}` },
    snapshot_event: snapshot,
  })
  return { id, body, signature: signatureOf(body) }
}

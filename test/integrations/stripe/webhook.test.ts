/** What is taken for a webhook of Stripe, and what is not; signed by Stripe's own SDK, and by the stand-in. */
import * as fc from 'fast-check'
import { Stripe } from 'stripe'
import { expect, test } from 'vitest'
import { stripeWebhooks, webhookSecrets } from '../../../src/integrations/stripe/webhook.ts'
import type { WebhookReading } from '../../../src/roles/webhook-reader.ts'

const AT_MS = 1_900_000_000_000
const SECRET = 'whsec_first'
const reader = stripeWebhooks({ secrets: [SECRET, 'whsec_second'], isLive: false })

const SNAPSHOT = {
  id: 'evt_1',
  object: 'event',
  type: 'charge.refunded',
  created: 1_899_999_990,
  livemode: false,
  data: { object: { id: 'ch_1', object: 'charge', amount: 5_000 } },
}
const THIN = {
  id: 'evt_test_1',
  object: 'v2.core.event',
  type: 'v1.charge.refunded',
  created: '2030-03-17T17:46:30.000Z',
  livemode: false,
  related_object: { id: 'ch_1', type: 'charge', url: '/v1/charges/ch_1' },
  snapshot_event: 'evt_1',
}
const EVENT = {
  id: 'evt_1',
  key: 'evt_1',
  type: 'charge.refunded',
  thing: { kind: 'charge', id: 'ch_1' },
  isLive: false,
  atMs: 1_899_999_990_000,
  ignored: null,
}

function signed(payload: string, secret = SECRET, atS = AT_MS / 1000): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: atS })
}

function read(body: string | Uint8Array, signature: string | null, by = reader): WebhookReading {
  const header = (name: string): string | null => (name === 'stripe-signature' ? signature : null)
  return by.read({ body: typeof body === 'string' ? Buffer.from(body) : body, header, atMs: AT_MS })
}

function said(reading: WebhookReading): string {
  return 'why' in reading ? reading.why : reading.kind
}

function readSigned(event: unknown): WebhookReading {
  const body = JSON.stringify(event)
  return read(body, signed(body))
}

test('a signed event is one, by each of the secrets', () => {
  const body = JSON.stringify(SNAPSHOT)
  for (const secret of [SECRET, 'whsec_second']) {
    expect(read(body, signed(body, secret))).toEqual({ kind: 'event', event: EVENT })
  }
  const both = `${signed(body, 'whsec_old')},${signed(body).split(',')[1] ?? ''},v0=00`
  expect(read(body, both)).toEqual({ kind: 'event', event: EVENT })
  expect(read(body, signed(body, 'whsec_third'))).toEqual({ kind: 'refused', why: 'wrong signature' })
  expect(webhookSecrets(' whsec_a, whsec_b,,')).toEqual(['whsec_a', 'whsec_b'])
})

test('a thin event is the same as the snapshot that it repeats; one that repeats none is by itself', () => {
  expect(readSigned(THIN)).toEqual({
    kind: 'event',
    event: { ...EVENT, id: 'evt_test_1', type: 'v1.charge.refunded' },
  })
  const { snapshot_event: _, ...alone } = THIN
  expect(readSigned(alone)).toMatchObject({ event: { key: 'evt_test_1' } })
})

test.each([
  [-301, 'refused'],
  [-300, 'event'],
  [300, 'event'],
  [301, 'refused'],
])('what was signed %d s from now is %s', (seconds, kind) => {
  const body = JSON.stringify(SNAPSHOT)
  expect(read(body, signed(body, SECRET, AT_MS / 1000 + seconds))).toMatchObject({ kind })
})

test('not a byte of what was signed may be another, its time neither', () => {
  const body = JSON.stringify(SNAPSHOT)
  const signature = signed(body)
  for (const changed of [`${body} `, body.replace('ch_1', 'ch_2'), `\ufeff${body}`, '']) {
    expect(read(changed, signature)).toMatchObject({ kind: 'refused' })
  }
  expect(read(body, signature.replace('t=19', 't=019'))).toMatchObject({ kind: 'refused' })
  expect(read(body, signature.replace('v1=', 'v0='))).toMatchObject({ why: 'no signature' })
  expect(read(body, null)).toMatchObject({ why: 'no signature' })
})

test.each([
  ['of live mode', { ...SNAPSHOT, livemode: true }],
  ['of another account', { ...SNAPSHOT, account: 'acct_2' }],
  [
    'of a type that nothing follows from',
    { ...SNAPSHOT, type: 'customer.created', data: { object: { id: 'cus_1', object: 'customer' } } },
  ],
  ['of a type that nothing follows from', { ...THIN, related_object: null }],
])('an event %s is taken, and nothing follows from it', (ignored, event) => {
  expect(readSigned(event)).toMatchObject({ kind: 'event', event: { thing: null, ignored } })
})

test('in a store of live mode an event of test mode is the one that is ignored', () => {
  const live = stripeWebhooks({ secrets: [SECRET], isLive: true })
  const body = JSON.stringify(SNAPSHOT)
  expect(read(body, signed(body), live)).toMatchObject({ event: { thing: null, ignored: 'of test mode' } })
})

test('whatever else is signed is no event, and whatever comes ends in a judgement', () => {
  const parts = fc.constantFrom<unknown>(null, '', 0, -1, 1e300, [], {}, 'x'.repeat(300), 'event', true)
  const broken = fc.record({ key: fc.constantFrom(...Object.keys(SNAPSHOT)), value: parts })
  fc.assert(
    fc.property(broken, ({ key, value }) => {
      const reading = readSigned({ ...SNAPSHOT, [key]: value })
      expect(reading.kind === 'event' ? reading.event.id : said(reading)).toMatch(/^(evt_1|event|no event)$/)
    }),
    { seed: 7, numRuns: 300 },
  )
  const header = fc.oneof(fc.string(), fc.constantFrom('t=1', 'v1=', 't=,v1=', `t=1,v1=${'0'.repeat(64)}`))
  fc.assert(
    fc.property(fc.uint8Array(), header, (body, text) => {
      expect(read(body, text).kind).toBe('refused')
    }),
    { seed: 7, numRuns: 300 },
  )
  for (const other of [null, [], 'evt_1', 5]) expect(readSigned(other)).toMatchObject({ why: 'no event' })
})

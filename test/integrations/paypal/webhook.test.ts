/** What is taken for a webhook of PayPal, and what is not; signed by the stand-in. */
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventIn } from '../../../src/integrations/paypal/event.ts'
import type { WebhookReader, WebhookReading } from '../../../src/roles/webhook-reader.ts'
import { WEBHOOK_ID } from '../../../src/sandbox/paypal/identity.ts'
import { paypalBench, SECRETS, type PayPalBench } from '../../roles/support/paypal.ts'
import { failureOf } from '../openai/support/service.ts'
import { withChecksum } from './support/forge-crc.ts'
import { arrivalOf, paidHooks, withHeaders, type Hook } from './support/hooks.ts'

interface Bench extends PayPalBench {
  readonly reader: WebhookReader
  readonly hooks: readonly [Hook, Hook, Hook]
}

/** A reader that knows no certificate yet, and the webhooks of one payment. */
async function bench(secrets: Readonly<Record<string, string>> = SECRETS): Promise<Bench> {
  const paypal = await paypalBench()
  await paypal.clock.advance(Date.now() - paypal.clock.now())
  const [approved, captured, completed] = await paidHooks(paypal.server)
  const { webhooks: reader } = await paypal.open(secrets)
  if (reader === undefined || reader === null || completed === undefined) throw new Error('no webhooks')
  if (approved === undefined || captured === undefined) throw new Error('no webhooks')
  return { ...paypal, reader, hooks: [approved, captured, completed] }
}

/** Reads it, and where it can only be judged later, judges it then. */
async function judged(reader: WebhookReader, hook: Hook): Promise<WebhookReading> {
  const arrival = arrivalOf(hook)
  const reading = reader.read(arrival)
  if (reading.kind !== 'unverified') return reading
  return (await reader.verify?.(reading.raw, arrival.atMs)) ?? reading
}

test('the first event waits for its certificate; then all are judged at once, without asking anybody', async () => {
  const { reader, hooks, asked, store } = await bench()
  const [approved, captured, completed] = hooks
  const reading = reader.read(arrivalOf(approved))
  expect(reading).toMatchObject({ kind: 'unverified', why: 'its certificate is not known yet' })
  expect(await judged(reader, approved)).toMatchObject({
    kind: 'event',
    event: {
      type: 'CHECKOUT.ORDER.APPROVED',
      thing: { kind: 'checkout-order' },
      isLive: false,
      ignored: null,
    },
  })
  expect(await store.accounts.get('paypal')).toMatchObject({ label: 'SANDB2XMERCHT, stand-in' })
  const before = (await asked()).length
  expect(reader.read(arrivalOf(captured))).toMatchObject({
    kind: 'event',
    event: { type: 'PAYMENT.CAPTURE.COMPLETED', thing: { kind: 'capture' } },
  })
  expect(reader.read(arrivalOf(completed))).toMatchObject({ event: { type: 'CHECKOUT.ORDER.COMPLETED' } })
  expect((await asked()).length).toBe(before)
})

test('what is kept as unverified is verified as it was kept, and then is an event like any other', async () => {
  const { reader, hooks, store } = await bench()
  const [approved, captured] = hooks
  for (const hook of [approved, captured, approved]) {
    const reading = reader.read(arrivalOf(hook))
    if (reading.kind !== 'refused') await store.webhooks.take('paypal', reading)
  }
  const kept = await store.webhooks.due(9)
  expect(kept.map(({ state }) => state)).toEqual(['unverified', 'unverified'])
  for (const each of kept) {
    if (each.state !== 'unverified') continue
    const reading = await reader.verify?.(each.raw, each.receivedMs)
    if (reading?.kind === 'event') await store.webhooks.verified(each.id, reading.event)
  }
  expect(await store.webhooks.due(9)).toMatchObject([
    { state: 'stored', event: { type: 'CHECKOUT.ORDER.APPROVED', thing: { kind: 'checkout-order' } } },
    { state: 'stored', event: { type: 'PAYMENT.CAPTURE.COMPLETED', thing: { kind: 'capture' } } },
  ])
  // Sent again, it is judged at once, and known.
  const again = reader.read(arrivalOf(captured))
  expect(again.kind === 'event' ? await store.webhooks.take('paypal', again) : again.kind).toBe('known')
})

test('what is judged later is judged by the bytes and the time at which it came', async () => {
  const { reader, hooks } = await bench()
  const reading = reader.read(arrivalOf(hooks[0]))
  if (reading.kind !== 'unverified') throw new Error('it was judged')
  const changed = { ...reading.raw, body: reading.raw.body.replace('APPROVED', 'COMPLETED') }
  expect(await reader.verify?.(changed, Date.now())).toEqual({ kind: 'refused', why: 'wrong signature' })
  const late = Date.now() + 5 * 86_400_000
  expect(await reader.verify?.(reading.raw, late)).toMatchObject({ why: 'signed too long ago, or ahead' })
})

test('an event leads to what it is about', async () => {
  const { server, provider: open, reader } = await bench()
  const provider = await open()
  for (const hook of await paidHooks(server)) {
    const reading = await judged(reader, hook)
    if (reading.kind !== 'event' || reading.event.thing === null) throw new Error('it says nothing')
    const seen = await provider.look(reading.event.thing)
    expect(seen.payments).toMatchObject([{ state: 'paid', amount: { minor: 1000, currency: 'USD' } }])
  }
})

test.each([
  ['capture', 'https://api.paypal.com/v2/payments/refunds/REF1', { kind: 'refund', id: 'REF1' }],
  [
    'checkout-order',
    'https://api.paypal.com/v2/checkout/orders/ORD1',
    { kind: 'checkout-order', id: 'ORD1' },
  ],
  ['capture', 'https://api.paypal.com/v2/elsewhere/X', { kind: 'capture', id: 'ID1' }],
  ['sale', 'https://api.paypal.com/v1/payments/sale/X', null],
])('a resource of the type %s at %s is %o', (resource_type, href, thing) => {
  // A reversal is told as one of a capture, and lies among the refunds.
  const resource = { id: 'ID1', links: [{ rel: 'self', href }] }
  const event = { id: 'WH-1', event_type: 'T', create_time: '2026-11-25T12:00:00Z', resource_type, resource }
  const found = eventIn(event, true)
  expect(found).toMatchObject({ id: 'WH-1', key: 'WH-1', thing, isLive: true })
  expect(found?.ignored === null).toBe(thing !== null)
})

test('an amount that was changed under the same checksum is not believed: what is booked is asked for', async () => {
  const { reader, hooks, provider, store, clock } = await bench()
  const [, captured] = hooks
  await judged(reader, captured)
  const text = captured.body.toString('utf8')
  const changed = text.replaceAll('"value":"10.00"', '"value":"9910.00"')
  const forged = Buffer.from(withChecksum(changed, crc32(captured.body)))
  expect([changed === text, crc32(forged)]).toEqual([false, crc32(captured.body)])
  const reading = reader.read(arrivalOf({ ...captured, body: forged }))
  if (reading.kind !== 'event' || reading.event.thing === null) throw new Error('the trick did not work')
  expect(JSON.stringify(reading.event)).not.toContain('9910')
  const { payments } = await (await provider()).look(reading.event.thing)
  const seen = { by: 'webhook', askedMs: clock.now() } as const
  for (const payment of payments) await store.payments.record('paypal', payment, seen)
  const booked = await store.payments.list({ state: null, clientId: null, limit: 9 })
  expect(booked).toMatchObject([{ amount: { minor: 1000, currency: 'USD' }, state: 'paid' }])
})

test('nothing that was signed may be another', async () => {
  const { reader, hooks } = await bench()
  const [hook] = hooks
  await judged(reader, hook)
  const { body } = hook
  const bodies = [
    Buffer.concat([body, Buffer.from(' ')]),
    Buffer.from(JSON.stringify(JSON.parse(body.toString()))),
  ]
  for (const other of bodies) {
    expect(reader.read(arrivalOf({ ...hook, body: other }))).toEqual({
      kind: 'refused',
      why: 'wrong signature',
    })
  }
  const headers = [
    { 'paypal-transmission-id': 'other' },
    { 'paypal-transmission-time': new Date(Date.now() - 60_000).toISOString() },
    { 'paypal-transmission-sig': 'AAAA' },
  ]
  for (const other of headers) {
    expect(reader.read(arrivalOf(withHeaders(hook, other)))).toMatchObject({ why: 'wrong signature' })
  }
})

test('a webhook of another id is not ours', async () => {
  const { reader, hooks } = await bench({ ...SECRETS, PAYPAL_WEBHOOK_ID: `${WEBHOOK_ID}X` })
  expect(await judged(reader, hooks[0])).toEqual({ kind: 'refused', why: 'wrong signature' })
})

test.each([
  [-5 * 60_000 - 5_000, 'refused'],
  [-4 * 60_000, 'event'],
  [4 * 86_400_000 - 60_000, 'event'],
  [4 * 86_400_000 + 5_000, 'refused'],
])('what comes %d ms after it was signed is %s', async (afterMs, kind) => {
  const { reader, hooks } = await bench()
  await judged(reader, hooks[0])
  const signedMs = Date.parse(hooks[0].headers['paypal-transmission-time'] ?? '')
  expect(reader.read(arrivalOf(hooks[0], signedMs + afterMs))).toMatchObject({ kind })
})

const CERTIFICATE = 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1'

test.each([
  CERTIFICATE.replace('https', 'http'),
  CERTIFICATE.replace('paypal.com', 'paypa1.com'),
  CERTIFICATE.replace('.com', '.com.example.com'),
  CERTIFICATE.replace('.com', '.com:444'),
  CERTIFICATE.replace('//', '//api.paypal.com@'),
  CERTIFICATE.replace('api.sandbox', 'www.sandbox'),
  CERTIFICATE.replace('certs/', 'certs/../'),
  CERTIFICATE.replace('certs/', 'certs/%2e%2e%2f'),
  `${CERTIFICATE}?to=elsewhere`,
  `${CERTIFICATE}#`,
  ` ${CERTIFICATE}`,
  CERTIFICATE.replace('CERT-1', ''),
])('a certificate lies at PayPal, or it is none: %s', async address => {
  const { reader, hooks, asked } = await bench()
  const before = await asked()
  expect(await judged(reader, withHeaders(hooks[0], { 'paypal-cert-url': address }))).toEqual({
    kind: 'refused',
    why: 'signed by a certificate of another address',
  })
  expect(await asked()).toEqual(before)
})

test.each([
  ['new', 'event'],
  ['alone', 'event'],
  ['expired', 'refused'],
  ['foreign', 'refused'],
  ['misnamed', 'refused'],
])('a certificate that is %s: %s', async (kind, judgement) => {
  const { reader, server } = await bench()
  await server.hand('certificate', { kind })
  for (const hook of await paidHooks(server)) {
    expect(await judged(reader, hook)).toMatchObject({ kind: judgement })
  }
})

test('a certificate that is not there is none; whether it is there is asked again after a fault', async () => {
  const { reader, hooks, server } = await bench()
  expect(await judged(reader, withHeaders(hooks[0], { 'paypal-cert-url': CERTIFICATE }))).toEqual({
    kind: 'refused',
    why: 'its certificate is none of PayPal',
  })
  await server.arm({ match: { path: '/v1/notifications/certs/*' }, action: { type: 'status', status: 503 } })
  expect(await failureOf(judged(reader, hooks[0]))).toMatchObject({ errorClass: 'transient' })
  await server.arm({ match: { path: '/v1/notifications/certs/*' }, action: { type: 'cut' } })
  expect(await failureOf(judged(reader, hooks[0]))).toMatchObject({ errorClass: 'transient' })
  expect(await judged(reader, hooks[0])).toMatchObject({ kind: 'event' })
})

test('the id of the simulator, for which anybody gets events signed, is a fault of the configuration', async () => {
  const { open } = await paypalBench()
  await expect(open({ ...SECRETS, PAYPAL_WEBHOOK_ID: 'WEBHOOK_ID' })).rejects.toMatchObject({
    kind: 'config',
  })
})

test('without the id of a webhook nothing can be judged', async () => {
  const { open } = await paypalBench()
  const { PAYPAL_WEBHOOK_ID: _id, ...credentials } = SECRETS
  expect((await open(credentials)).webhooks).toBe(null)
})

test('whatever comes ends in a judgement, and asks nobody', async () => {
  const { reader, hooks, asked } = await bench()
  const [hook] = hooks
  await judged(reader, hook)
  const before = await asked()
  const names = fc.constantFrom(...Object.keys(hook.headers).filter(name => name.startsWith('paypal-')))
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('', 'SHA256withRSA', CERTIFICATE, '2026-13-45T99:99:99Z'),
  )
  fc.assert(
    fc.property(names, value, (name, other) => {
      const reading = reader.read(arrivalOf(withHeaders(hook, { [name]: other })))
      return reading.kind !== 'event' || hook.headers[name] === other
    }),
    { seed: 7, numRuns: 300 },
  )
  const event: unknown = JSON.parse(hook.body.toString('utf8'))
  const keys = fc.constantFrom('id', 'event_type', 'create_time', 'resource', 'resource_type')
  const part = fc.constantFrom<unknown>(null, '', 0, 1e300, [], {}, 'x'.repeat(300), true)
  fc.assert(
    fc.property(keys, part, (key, other) => {
      const body = Buffer.from(JSON.stringify(Object.assign({}, event, { [key]: other })))
      return reader.read(arrivalOf({ ...hook, body })).kind === 'refused'
    }),
    { seed: 7, numRuns: 100 },
  )
  fc.assert(
    fc.property(fc.uint8Array(), body => {
      return reader.read(arrivalOf({ ...hook, body: Buffer.from(body) })).kind === 'refused'
    }),
    { seed: 7, numRuns: 300 },
  )
  expect(await asked()).toEqual(before)
})

/** Webhooks as they arrive: signed by a chain of certificates, tried again, and disturbed on purpose. */
import { execFileSync } from 'node:child_process'
import { verify, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { isObject, parseJson, stringOf, type JsonObject } from '../../../src/sandbox/lib/json.ts'
import { WEBHOOK_ID } from '../../../src/sandbox/paypal/identity.ts'
import { checkedObject, NO_CONTRACT_TOOL } from '../../support/contract.ts'
import { httpServer, type Arrived, type Listening } from '../../support/servers.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { makeOrder, pay, textIn } from './support/pay.ts'
import { paypalServer, type PayPalServer } from './support/server.ts'

/** One webhook as a program gets it. */
interface Hook {
  readonly body: Buffer
  readonly event: JsonObject
  readonly header: (name: string) => string
}

function hookOf({ body, headers }: Arrived): Hook {
  const bytes = Buffer.from(body, 'latin1')
  const event = parseJson(bytes.toString('utf8'))
  const header = (name: string): string => {
    const at = headers.findIndex(one => one.toLowerCase() === name)
    return headers[at + 1] ?? ''
  }
  return { body: bytes, header, event: isObject(event) ? event : {} }
}

function typesAt({ arrived }: Listening): readonly string[] {
  return arrived.map(one => stringOf(hookOf(one).event, 'event_type') ?? '')
}

/** A receiver that answers 200, or what `statuses` says first. */
async function receiver(statuses: number[] = []): Promise<Listening> {
  return httpServer(response => response.writeHead(statuses.shift() ?? 200).end())
}

/** A hook of each event of a payment, at a receiver that is named by hand. */
async function paid(server: PayPalServer): Promise<readonly Hook[]> {
  const inbox = await receiver()
  await server.hand('endpoint', { url: inbox.url })
  await pay(server)
  await expect.poll(() => inbox.arrived.length).toBe(3)
  return inbox.arrived.map(hookOf)
}

/** The certificates at the address a hook names, at this stand-in instead of PayPal; the last one is the root. */
async function chainOf({ url }: PayPalServer, { header }: Hook): Promise<readonly X509Certificate[]> {
  const address = new URL(header('paypal-cert-url'))
  expect(address.host).toBe('api.sandbox.paypal.com')
  const pems = (await (await fetch(url + address.pathname)).text()).split(/(?<=-----END CERTIFICATE-----\n)/)
  const root = await (await fetch(`${url}/__sandbox/paypal/root.pem`)).text()
  return [...pems, root].map(pem => new X509Certificate(pem))
}

function signedText({ header, body }: Hook): Buffer {
  const parts = ['paypal-transmission-id', 'paypal-transmission-time'].map(header)
  return Buffer.from([...parts, WEBHOOK_ID, String(crc32(body))].join('|'))
}

function isSigned(certificate: X509Certificate | undefined, hook: Hook): boolean {
  const signature = Buffer.from(hook.header('paypal-transmission-sig'), 'base64')
  return certificate !== undefined && verify('sha256', signedText(hook), certificate.publicKey, signature)
}

test('an event is signed by a certificate whose chain ends at the root', async () => {
  const server = await paypalServer()
  const [hook] = await paid(server)
  if (hook === undefined) throw new Error('no hook')
  const [leaf, middle, root] = await chainOf(server, hook)
  expect(isSigned(leaf, hook)).toBe(true)
  expect(isSigned(leaf, { ...hook, body: Buffer.concat([hook.body, Buffer.from(' ')]) })).toBe(false)
  if (leaf === undefined || middle === undefined || root === undefined) throw new Error('no chain')
  const pairs = [[leaf, middle] as const, [middle, root] as const, [root, root] as const]
  expect(pairs.map(([one, by]) => one.checkIssued(by) && one.verify(by.publicKey))).toEqual([
    true,
    true,
    true,
  ])
  expect([leaf.ca, middle.ca, root.ca]).toEqual([false, true, true])
  expect(leaf.checkHost('messageverificationcerts.sandbox.paypal.com')).toBeDefined()
  expect(leaf.validFromDate.getTime()).toBeLessThan(Date.now())
  expect(leaf.validToDate.getTime()).toBeGreaterThan(Date.now())
  expect(hook.header('paypal-auth-algo')).toBe('SHA256withRSA')
  expect(hook.body.toString('utf8')).not.toBe(JSON.stringify(hook.event))
})

test('an independent program follows the chain too', async ({ skip }) => {
  const server = await paypalServer()
  const [hook] = await paid(server)
  if (hook === undefined) throw new Error('no hook')
  const dir = temporaryFolder()
  const [leaf, middle, root] = (await chainOf(server, hook)).map((one, index) => {
    const file = join(dir, `${String(index)}.pem`)
    writeFileSync(file, one.toString())
    return file
  })
  try {
    execFileSync('openssl', ['version'])
  } catch {
    skip(true, 'not proved: no openssl here')
  }
  const words = ['verify', '-x509_strict', '-CAfile', root ?? '', '-untrusted', middle ?? '', leaf ?? '']
  expect(execFileSync('openssl', words, { encoding: 'utf8' })).toMatch(/: OK\n$/)
})

test('a changed certificate signs from then on; a bad one can be told', async () => {
  const server = await paypalServer()
  const inbox = await receiver()
  await server.hand('endpoint', { url: inbox.url, events: 'PAYMENT.CAPTURE.COMPLETED' })
  for (const kind of ['new', 'expired', 'foreign', 'misnamed']) {
    const count = inbox.arrived.length
    await server.hand('certificate', { kind })
    await pay(server)
    await expect.poll(() => inbox.arrived.length).toBe(count + 1)
  }
  const hooks = inbox.arrived.map(hookOf)
  const faults = await Promise.all(
    hooks.map(async hook => {
      const [leaf, middle, root] = await chainOf(server, hook)
      if (leaf === undefined || middle === undefined || root === undefined) throw new Error('no chain')
      expect(isSigned(leaf, hook)).toBe(true)
      return [
        leaf.validToDate.getTime() > Date.now(),
        leaf.verify(middle.publicKey) && middle.verify(root.publicKey),
        leaf.checkHost('messageverificationcerts.sandbox.paypal.com') !== undefined,
      ]
    }),
  )
  expect(faults).toEqual([
    [true, true, true],
    [false, true, true],
    [true, false, true],
    [true, true, false],
  ])
  expect(new Set(hooks.map(({ header }) => header('paypal-cert-url'))).size).toBe(4)
})

test('the root outlives a reset and a restart', async () => {
  const server = await paypalServer()
  const root = async ({ url }: PayPalServer): Promise<string> =>
    (await fetch(`${url}/__sandbox/paypal/root.pem`)).text()
  const first = await root(server)
  await fetch(`${server.url}/__sandbox/reset`, { method: 'POST' })
  expect(await root(server)).toBe(first)
  await server.server.close()
  expect(await root(await paypalServer(server.databaseFile))).toBe(first)
})

test('a signature can be posted back, with the bytes that came', async () => {
  const server = await paypalServer()
  const [hook] = await paid(server)
  if (hook === undefined) throw new Error('no hook')
  const posted = async (event: string, changes: JsonObject = {}): Promise<unknown> => {
    const rest = JSON.stringify({
      auth_algo: hook.header('paypal-auth-algo'),
      cert_url: hook.header('paypal-cert-url'),
      transmission_id: hook.header('paypal-transmission-id'),
      transmission_sig: hook.header('paypal-transmission-sig'),
      transmission_time: hook.header('paypal-transmission-time'),
      webhook_id: WEBHOOK_ID,
      ...changes,
    })
    const body = `${rest.slice(0, -1)},"webhook_event":${event}}`
    const answer = await server.post('/v1/notifications/verify-webhook-signature', body, null)
    return answer.body['verification_status']
  }
  const text = hook.body.toString('utf8')
  expect(await posted(text)).toBe('SUCCESS')
  expect(await posted(JSON.stringify(hook.event))).toBe('FAILURE')
  expect(await posted(text, { webhook_id: 'OTHER' })).toBe('FAILURE')
  expect(await posted(text, { transmission_time: '2026-01-01T00:00:00Z' })).toBe('FAILURE')
  const elsewhere = hook.header('paypal-cert-url').replace('paypal.com', 'paypa1.com')
  expect(await posted(text, { cert_url: elsewhere })).toBe('FAILURE')
  await server.hand('endpoint-remove', { endpoint: WEBHOOK_ID })
  expect(await posted(text)).toBe('FAILURE')
})

test('no event breaks the vendor’s description', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const server = await paypalServer()
  for (const { event } of await paid(server)) {
    expect(await checkedObject('paypal', 'event', event)).toEqual([])
  }
})

test('endpoints are made, listed and removed; each gets the types it asked for', async () => {
  const server = await paypalServer()
  const [few, all] = [await receiver(), await receiver()]
  const types = [{ name: 'PAYMENT.CAPTURE.COMPLETED' }]
  const made = await server.post('/v1/notifications/webhooks', { url: few.url, event_types: types })
  expect(made).toMatchObject({ status: 201, body: { url: few.url, event_types: types } })
  const id = textIn(made, 'id')
  expect((await server.post('/v1/notifications/webhooks', { url: few.url, event_types: types })).status).toBe(
    400,
  )
  expect((await server.hand('endpoint', { url: all.url }))['id']).toBe(WEBHOOK_ID)
  expect((await server.get('/v1/notifications/webhooks')).body).toMatchObject({
    webhooks: [{ id }, { id: WEBHOOK_ID }],
  })
  await pay(server)
  await expect.poll(() => all.arrived.length).toBe(3)
  expect(typesAt(few)).toEqual(['PAYMENT.CAPTURE.COMPLETED'])
  expect(typesAt(all)).toEqual([
    'CHECKOUT.ORDER.APPROVED',
    'PAYMENT.CAPTURE.COMPLETED',
    'CHECKOUT.ORDER.COMPLETED',
  ])
  expect((await server.remove(`/v1/notifications/webhooks/${id}`)).status).toBe(204)
  expect((await server.get(`/v1/notifications/webhooks/${id}`)).status).toBe(404)
})

test('events are listed newest first, found by type and by what they are about, and sent again', async () => {
  const server = await paypalServer()
  const inbox = await receiver()
  await server.hand('endpoint', { url: inbox.url })
  const { capture } = await pay(server)
  await server.post(`/v2/payments/captures/${capture}/refund`)
  const types = async (query = ''): Promise<unknown> => {
    const { body } = await server.get(`/v1/notifications/webhooks-events?${query}`)
    return (Array.isArray(body['events']) ? body['events'].filter(isObject) : []).map(
      one => one['event_type'],
    )
  }
  const about = ['PAYMENT.CAPTURE.REFUNDED', 'PAYMENT.CAPTURE.COMPLETED']
  expect(await types()).toEqual([about[0], 'CHECKOUT.ORDER.COMPLETED', about[1], 'CHECKOUT.ORDER.APPROVED'])
  expect(await types(`transaction_id=${capture}`)).toEqual(about)
  expect(await types('event_type=PAYMENT.CAPTURE.REFUNDED&page_size=1')).toEqual([about[0]])
  expect(await types('start_time=2099-01-01T00:00:00Z')).toEqual([])
  await expect.poll(() => inbox.arrived.length).toBe(4)
  const [first] = inbox.arrived.map(hookOf)
  const id = stringOf(first?.event ?? {}, 'id') ?? ''
  expect((await server.get(`/v1/notifications/webhooks-events/${id}`)).body).toMatchObject({ id })
  expect((await server.post(`/v1/notifications/webhooks-events/${id}/resend`)).status).toBe(202)
  await expect.poll(() => typesAt(inbox).filter(type => type === 'CHECKOUT.ORDER.APPROVED')).toHaveLength(2)
})

test('what is refused is sent again, the same to the byte', async () => {
  const server = await paypalServer()
  const inbox = await receiver([500, 302])
  await server.hand('endpoint', { url: inbox.url, events: 'CHECKOUT.ORDER.APPROVED' })
  await server.hand('approve', { order: await makeOrder(server) })
  for (const count of [1, 2, 3]) {
    await expect.poll(() => inbox.arrived.length).toBe(count)
    await server.hand('clock', { seconds: 600 })
  }
  const hooks = inbox.arrived.map(hookOf)
  expect(new Set(hooks.map(({ body }) => body.toString('utf8'))).size).toBe(1)
  expect(new Set(hooks.map(({ header }) => header('paypal-transmission-time'))).size).toBe(1)
})

const FIRST = 'CHECKOUT.ORDER.APPROVED'
const SECOND = 'PAYMENT.CAPTURE.COMPLETED'

test.each<[fault: JsonObject, arrives: readonly string[]]>([
  [{ type: 'webhook-drop' }, [SECOND]],
  [{ type: 'webhook-duplicate' }, [FIRST, FIRST, SECOND]],
  [{ type: 'webhook-hold' }, [SECOND, FIRST]],
  [{ type: 'webhook-delay', ms: 30_000 }, [SECOND, FIRST]],
  [{ type: 'event-lost' }, [SECOND]],
])('%o for the first of two events', async (action, arrives) => {
  const server = await paypalServer()
  const inbox = await receiver()
  await server.hand('endpoint', { url: inbox.url, events: `${FIRST},${SECOND}` })
  await server.arm({ match: { kind: FIRST }, action })
  await pay(server)
  await expect.poll(() => typesAt(inbox)).toContain(SECOND)
  await server.hand('clock', { seconds: 30 })
  await expect.poll(() => typesAt(inbox)).toEqual(arrives)
  const { body } = await server.get(`/v1/notifications/webhooks-events?event_type=${FIRST}`)
  expect(body['count']).toBe(action['type'] === 'event-lost' ? 0 : 1)
})

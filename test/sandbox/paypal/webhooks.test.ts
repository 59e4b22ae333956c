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
import { makeOrder, pay } from './support/pay.ts'
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

test('no event breaks the vendor’s description', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const server = await paypalServer()
  for (const { event } of await paid(server)) {
    expect(await checkedObject('paypal', 'event', event)).toEqual([])
  }
})

test('each endpoint gets the types it asked for, and a program can look whether it is there', async () => {
  const server = await paypalServer()
  const [all, few] = [await receiver(), await receiver()]
  const types = 'PAYMENT.CAPTURE.COMPLETED'
  expect((await server.hand('endpoint', { url: all.url }))['id']).toBe(WEBHOOK_ID)
  const { id } = await server.hand('endpoint', { url: few.url, events: types })
  await expect(server.hand('endpoint', { url: few.url })).rejects.toThrow('WEBHOOK_URL_ALREADY_EXISTS')
  const path = `/v1/notifications/webhooks/${String(id)}`
  expect((await server.get(path)).body).toMatchObject({ url: few.url, event_types: [{ name: types }] })
  await pay(server)
  await expect.poll(() => all.arrived.length).toBe(3)
  expect(typesAt(few)).toEqual([types])
  expect(typesAt(all)).toEqual(['CHECKOUT.ORDER.APPROVED', types, 'CHECKOUT.ORDER.COMPLETED'])
  await server.hand('endpoint-remove', { endpoint: id })
  expect((await server.get(path)).status).toBe(404)
})

test('an event is sent again by hand', async () => {
  const server = await paypalServer()
  const [first] = await paid(server)
  const inbox = await receiver()
  await server.hand('webhooks-resend', { event: first?.event['id'] })
  await server.hand('endpoint', { url: inbox.url })
  await expect(server.hand('webhooks-resend', { event: 'none' })).rejects.toThrow('No webhook')
  const state = async (): Promise<unknown> => (await server.get('/__sandbox/state')).body['webhooks']
  await expect.poll(state).toEqual({ delivered: 4 })
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
  const { body } = await server.get('/__sandbox/state')
  expect(body['event']).toBe(action['type'] === 'event-lost' ? 2 : 3)
})

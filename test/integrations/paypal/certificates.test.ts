/** Whose certificates are believed: those at PayPal's own address of the mode of the store. */
import { expect, test } from 'vitest'
import { certificateKeeper, type Certificates } from '../../../src/integrations/paypal/certificates.ts'
import { certificatesIn } from '../../../src/integrations/paypal/chain.ts'
import type { Mode } from '../../../src/integrations/paypal/mode.ts'
import { lightFetch, type Fetch } from '../../../src/kernel/http/fetch.ts'
import { paypalServer } from '../../sandbox/paypal/support/server.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { httpServer } from '../../support/servers.ts'
import { paidHooks } from './support/hooks.ts'

interface Bench {
  /** Opens them for a store of a mode. */
  readonly of: (mode: Mode) => Certificates
  /** What was asked for: what lies at PayPal's addresses is the chain of the stand-in. */
  readonly asked: string[]
  /** The address of the certificate that signs. */
  readonly address: string
}

async function bench(): Promise<Bench> {
  const server = await paypalServer()
  const [hook] = await paidHooks(server)
  const address = hook?.headers['paypal-cert-url'] ?? ''
  const asked: string[] = []
  const fetch: Fetch = async (to, request) => {
    asked.push(String(to))
    return lightFetch()(`${server.url}${new URL(to).pathname}`, request)
  }
  const world = { fetch, clock: fakeClock(Date.now()) }
  const of = (mode: Mode): Certificates =>
    certificateKeeper({ world, baseUrl: server.url, timeoutMs: 30_000, mode: async () => mode })
  return { of, asked, address }
}

test('a store of the stand-in asks the stand-in, and believes its authority', async () => {
  const { of, asked, address } = await bench()
  const certificates = of('stand-in')
  expect(certificates.known(address)).toBe(null)
  expect(await certificates.fetch(address)).toMatchObject({ isLive: false })
  expect(certificates.known(address)).toMatchObject({ isLive: false })
  expect(asked.every(to => to.startsWith('http://127.0.0.1:'))).toBe(true)
})

test('a store of the sandbox of PayPal asks PayPal, and does not believe the authority of a stand-in', async () => {
  const { of, asked, address } = await bench()
  const certificates = of('sandbox')
  expect(await certificates.fetch(address)).toBe(null)
  expect(certificates.known(address)).toBe(null)
  expect(asked).toEqual([address])
})

test('a store of live mode asks only where live certificates are', async () => {
  const { of, asked, address } = await bench()
  const live = address.replace('sandbox.', '')
  expect(await of('live').fetch(address)).toBe(null)
  expect(asked).toEqual([])
  expect(await of('live').fetch(live)).toBe(null)
  expect(asked).toEqual([live])
  expect(await of('sandbox').fetch(live)).toBe(null)
  expect(await of('stand-in').fetch(live)).toBe(null)
  expect(asked).toEqual([live])
})

test('where the chain is not whole, the certificate says where its issuer is', async () => {
  const server = await paypalServer()
  await server.hand('certificate', { kind: 'alone' })
  const [hook] = await paidHooks(server)
  const address = hook?.headers['paypal-cert-url'] ?? ''
  const asked: string[] = []
  const fetch: Fetch = async (to, request) => {
    asked.push(new URL(to).pathname)
    return lightFetch()(to, request)
  }
  const world = { fetch, clock: fakeClock(Date.now()) }
  const options = { world, baseUrl: server.url, timeoutMs: 30_000, mode: async () => 'stand-in' as const }
  expect(await certificateKeeper(options).fetch(address)).toMatchObject({ isLive: false })
  const [, ...more] = asked
  expect(more).toEqual(['/__sandbox/paypal/root.pem', '/__sandbox/paypal/issuer.pem'])
  await server.hand('certificate', { kind: 'new' })
  const [whole] = await paidHooks(server)
  asked.length = 0
  await certificateKeeper(options).fetch(whole?.headers['paypal-cert-url'] ?? '')
  expect(asked).not.toContain('/__sandbox/paypal/issuer.pem')
})

test('a certificate of an authority is read in both forms in which they lie about', async () => {
  const server = await paypalServer()
  const pem = await (await fetch(`${server.url}/__sandbox/paypal/root.pem`)).bytes()
  const [one] = certificatesIn(pem)
  expect(one?.subject).toBe('CN=EchoPilot sandbox root')
  expect(certificatesIn(one?.raw ?? pem).map(({ fingerprint256 }) => fingerprint256)).toEqual([
    one?.fingerprint256,
  ])
})

test.each(['', 'no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
  'what is no chain is none: %j',
  async text => {
    const server = await httpServer(response => response.end(text))
    const fetch: Fetch = async (_to, request) => lightFetch()(server.url, request)
    const world = { fetch, clock: fakeClock(Date.now()) }
    const options = { world, baseUrl: server.url, timeoutMs: 30_000, mode: async () => 'stand-in' as const }
    const address = 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1'
    expect(await certificateKeeper(options).fetch(address)).toBe(null)
  },
)

/** PayPal as a service: what its credentials open, in which mode, what is said of it, and what is sent. */
import { expect, test } from 'vitest'
import { CLIENT_SECRET, MERCHANT_ID } from '../../../src/sandbox/paypal/identity.ts'
import { readSettings } from '../../../src/settings/read.ts'
import { anOrder } from '../../roles/payment-provider-contract.ts'
import { paypalBench, SECRETS } from '../../roles/support/paypal.ts'
import { httpServer } from '../../support/servers.ts'

const BOUND = { identity: `${MERCHANT_ID} stand-in`, label: `${MERCHANT_ID}, stand-in` }

test('the credentials are proved by asking, with the mode that the answers show, and the webhook', async () => {
  const { proofsOf, open, server } = await paypalBench()
  await server.hand('endpoint', { url: 'http://127.0.0.1:9/webhook/paypal' })
  expect(await proofsOf(await open())).toEqual([
    {
      subject: 'paypal',
      outcome: 'proved',
      detail: `the credentials open the account ${MERCHANT_ID} in a stand-in of PayPal: no money moves`,
      fix: null,
    },
    {
      subject: 'paypal webhooks',
      outcome: 'proved',
      detail: 'PayPal sends events of the app to http://127.0.0.1:9/webhook/paypal',
      fix: null,
    },
  ])
})

test('a webhook that is not named, or is none of the app, is not proved', async () => {
  const { proofsOf, open } = await paypalBench()
  const { PAYPAL_WEBHOOK_ID: _id, ...credentials } = SECRETS
  for (const secrets of [credentials, SECRETS]) {
    const found = await proofsOf(await open(secrets))
    expect(found.map(({ outcome }) => outcome)).toEqual(['proved', 'not_proved'])
  }
})

test('without credentials nothing is proved, and nothing is asked; one alone is a fault', async () => {
  const { proofsOf, open, asked } = await paypalBench()
  expect(await proofsOf(await open({}))).toMatchObject([{ subject: 'paypal', outcome: 'not_proved' }])
  const { PAYPAL_CLIENT_ID, PAYPAL_CLIENT_SECRET } = SECRETS
  await expect(open({ PAYPAL_CLIENT_ID })).rejects.toThrow('PAYPAL_CLIENT_SECRET')
  await expect(open({ PAYPAL_CLIENT_SECRET })).rejects.toThrow('PAYPAL_CLIENT_ID')
  expect(await asked()).toEqual([])
})

test('credentials that are not accepted fail, and no part of them is said', async () => {
  const { proofsOf, open } = await paypalBench()
  const [found] = await proofsOf(await open({ ...SECRETS, PAYPAL_CLIENT_SECRET: 'EwrongSecret0000' }))
  expect(found?.outcome).toBe('failed')
  expect(found?.fix).toContain('PAYPAL_CLIENT_SECRET')
  expect(JSON.stringify(found)).not.toMatch(/EwrongSecret|AsandboxClient/)
})

test.each(['transactions', 'disputes'])('a right that is lacking is named: %s', async kind => {
  const { proofsOf, open, server } = await paypalBench()
  await server.arm({ match: { kind }, action: { type: 'status', status: 403 } })
  const [found] = await proofsOf(await open())
  expect(found?.outcome).toBe('failed')
  expect(found?.fix).toContain('Transaction search')
})

test('the first proof binds the store to the account and its mode, a dry run does not', async () => {
  const { proofsOf, open, store } = await paypalBench()
  await proofsOf(await open(), true)
  expect(await store.accounts.get('paypal')).toBe(null)
  await proofsOf(await open())
  const bound = await store.accounts.get('paypal')
  expect(bound).toMatchObject(BOUND)
  expect(JSON.stringify(bound)).not.toContain(CLIENT_SECRET)
})

test.each([`OTHERMERCHANT stand-in`, `${MERCHANT_ID} sandbox`, `${MERCHANT_ID} live`])(
  'a store of another account or mode gets no provider: %s',
  async identity => {
    const { provider, proofsOf, open, store } = await paypalBench()
    await store.accounts.bind({ service: 'paypal', identity, label: identity, credential: 'c' }, false)
    await expect(provider()).rejects.toMatchObject({ kind: 'config' })
    expect(await proofsOf(await open())).toMatchObject([
      {
        outcome: 'failed',
        detail: `this store belongs to the PayPal account ${identity}, and PAYPAL_CLIENT_ID opens ${BOUND.label}`,
      },
    ])
  },
)

test.each([
  ['https://api-m.sandbox.paypal.com', 'sandbox', 'OTHER live'],
  ['https://api-m.paypal.com', 'live', 'OTHER sandbox'],
  ['https://api.paypal.com', 'live', 'OTHER stand-in'],
])(
  'a store of one mode takes no address of another, before anything is asked: %s',
  async (url, mode, identity) => {
    const { open, store } = await paypalBench()
    await store.accounts.bind({ service: 'paypal', identity, label: identity, credential: 'c' }, false)
    await expect(open(SECRETS, url)).rejects.toMatchObject({
      kind: 'config',
      message: `this store belongs to the PayPal account ${identity}, and paypal.base_url is one of ${mode} mode`,
    })
  },
)

/** A server that hands on what an address of PayPal would answer. */
async function proxyOf(host: string): Promise<string> {
  const self = { rel: 'self', href: `https://${host}/v1/reporting/transactions?page_size=1` }
  const answer = { access_token: 'A21AAtoken', expires_in: 60, account_number: 'MERCHANT1', links: [self] }
  return (await httpServer(response => response.end(JSON.stringify(answer)))).url
}

test.each([
  ['api-m.paypal.com', 'live', true],
  ['api.sandbox.paypal.com', 'sandbox', false],
  ['api-m.paypal.com.example.com', 'stand-in', false],
])('behind a proxy the mode is that of the addresses in the answers: %s', async (host, mode, isLive) => {
  const { open, call, store } = await paypalBench()
  const service = await open(SECRETS, await proxyOf(host))
  const provider = await service.roles.paymentProvider?.provider(call())
  expect(provider?.isLive).toBe(isLive)
  expect(await store.accounts.get('paypal')).toMatchObject({ identity: `MERCHANT1 ${mode}` })
})

test('one token serves many requests, none is asked for in vain, and one that ended is replaced', async () => {
  const { provider: open, asked, server, store } = await paypalBench()
  const provider = await open()
  const tokens = async (): Promise<number> => (await asked()).filter(one => one.includes('oauth2')).length
  const { id } = await provider.createLink(anOrder())
  await Promise.all([provider.showLink(id), provider.showLink(id)])
  expect(await tokens()).toBe(1)
  await server.hand('tokens-end')
  expect(await provider.showLink(id)).toMatchObject({ state: 'open' })
  expect(await tokens()).toBe(2)
  // Another process of the same store: the account is known, so nothing is asked before there is something to ask.
  const before = (await asked()).length
  await open()
  expect((await asked()).length).toBe(before)
  expect(await store.accounts.get('paypal')).toMatchObject(BOUND)
})

test('a token is not used up to its end', async () => {
  const { provider: open, asked, clock } = await paypalBench()
  const provider = await open()
  const { id } = await provider.createLink(anOrder())
  await clock.advance(9 * 3_600_000 - 59_000)
  await provider.showLink(id)
  expect((await asked()).filter(one => one.includes('oauth2')).length).toBe(2)
})

test('what reads is asked again after a passing fault; what PayPal wants to wait long is not waited for', async () => {
  const { provider: open, asked, server } = await paypalBench()
  const provider = await open()
  const { id } = await provider.createLink(anOrder())
  const before = (await asked()).length
  const match = { path: `/v2/checkout/orders/${id}` }
  await server.arm({ match, action: { type: 'status', status: 429, headers: { 'retry-after': '2' } } })
  await server.arm({ match, action: { type: 'status', status: 500 } })
  await provider.showLink(id)
  const path = `GET /v2/checkout/orders/${id}`
  expect((await asked()).slice(before)).toEqual([`${path} 429`, `${path} 500`, `${path} 200`])
  await server.arm({ match, action: { type: 'status', status: 429, headers: { 'retry-after': '70' } } })
  await expect(provider.showLink(id)).rejects.toMatchObject({ errorClass: 'throttled' })
})

test('the credentials go to nobody else, and nothing of the machine to anybody', async () => {
  const { open, proofsOf } = await paypalBench()
  const other = await httpServer(response => response.end('{}'))
  const redirect = await httpServer(response => response.writeHead(302, { location: other.url }).end())
  expect(await proofsOf(await open(SECRETS, redirect.url))).toMatchObject([
    { outcome: 'failed', fix: 'set paypal.base_url to where the service is' },
  ])
  expect(other.arrived).toEqual([])
  const headers = redirect.arrived[0]?.headers ?? []
  const names = headers.flatMap((name, index) => (index % 2 === 0 ? [name.toLowerCase()] : []))
  const ofFetch = new Set(['accept-encoding', 'connection', 'content-length', 'host'])
  expect(names.filter(name => !ofFetch.has(name)).toSorted()).toEqual([
    'accept',
    'authorization',
    'content-type',
    'user-agent',
  ])
  expect(headers).toContain('EchoPilot')
})

test.each([
  ['a page of somebody else', 200, '<html>Log in</html>'],
  ['JSON of somebody else', 200, '[1]'],
  ['a token that is none', 200, '{"access_token":"a b"}'],
  ['JSON without an error', 502, '{"ok":true}'],
  ['an address without PayPal', 404, 'not found'],
])('%s is no answer', async (_what, status, body) => {
  const { proofsOf, open } = await paypalBench()
  const server = await httpServer(response => response.writeHead(status).end(body))
  expect(await proofsOf(await open(SECRETS, server.url))).toMatchObject([{ outcome: 'failed' }])
})

test('the address is one without a path', () => {
  const read = (base_url: string): unknown => readSettings({ paypal: { base_url } })
  expect(read('http://127.0.0.1:4704/')).toMatchObject({
    ok: true,
    settings: { paypal: { base_url: 'http://127.0.0.1:4704' } },
  })
  for (const wrong of ['https://api-m.paypal.com/v1', 'api-m.paypal.com']) {
    expect(read(wrong)).toMatchObject({ ok: false })
  }
})

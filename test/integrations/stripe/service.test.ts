/** Stripe as a service: what its key opens, in which mode, what is said of it, and what is sent. */
import { expect, test } from 'vitest'
import { EXPIRED_KEY, LIVE_KEY, READING_KEY, TEST_KEY } from '../../../src/sandbox/stripe/identity.ts'
import { makeLink } from '../../sandbox/stripe/support/link.ts'
import { httpServer } from '../../support/servers.ts'
import { readSettings } from '../../../src/settings/read.ts'
import { paidAt } from '../../store/support/billed.ts'
import { stripeBench } from '../../roles/support/stripe.ts'

test.each([
  [TEST_KEY, 'the key opens the account acct_sandbox0000 in test mode: no money moves'],
  [READING_KEY, 'the key opens the account acct_sandbox0000 in test mode: no money moves'],
  [LIVE_KEY, 'the key opens the account acct_sandbox0000 in live mode: money is real'],
])('a key is proved by asking, and its mode is said', async (key, detail) => {
  const { proofOf, open, server } = await stripeBench()
  await makeLink(server.stripe)
  const found = await proofOf(await open(key))
  expect(found).toEqual({ subject: 'stripe', outcome: 'proved', detail, fix: null })
})

test('without a key nothing is proved, and nothing is asked', async () => {
  const { proofOf, open, asked } = await stripeBench()
  expect(await proofOf(await open(null))).toMatchObject({ outcome: 'not_proved' })
  expect(await asked()).toEqual([])
})

test('a key that is not accepted fails, and no part of any key is said', async () => {
  const { proofOf, open } = await stripeBench()
  for (const key of [EXPIRED_KEY, 'sk_test_51Hxxunknown0000wxyz']) {
    const found = await proofOf(await open(key))
    expect(found).toMatchObject({ outcome: 'failed', fix: 'set a valid STRIPE_SECRET_KEY' })
    expect(JSON.stringify(found)).not.toMatch(/sk_|51Hx|wxyz|\*/)
  }
})

test.each(['pk_test_sandbox0000', 'whsec_sandbox0000', 'sandbox'])(
  'what is no secret key is a fault of the configuration, told without it: %s',
  async key => {
    const { open, asked } = await stripeBench()
    const thrown: unknown = await open(key).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ kind: 'config' })
    expect(JSON.stringify([thrown, String(thrown)])).not.toContain(key)
    expect(await asked()).toEqual([])
  },
)

test('a store of one mode takes no key of the other, before anything is asked', async () => {
  const { proofOf, open, store, asked } = await stripeBench()
  const account = { service: 'stripe', label: 'acct_sandbox0000, test mode', credential: 'c' }
  await store.accounts.bind({ ...account, identity: 'acct_sandbox0000 test' }, false)
  await expect(open(LIVE_KEY)).rejects.toMatchObject({
    kind: 'config',
    message:
      'this store belongs to the Stripe account acct_sandbox0000, test mode, and STRIPE_SECRET_KEY is one of live mode',
  })
  expect(await asked()).toEqual([])
  expect(await proofOf(await open(TEST_KEY))).toMatchObject({ outcome: 'proved' })
})

test('the first proof binds the store to the account and its mode, a dry run does not', async () => {
  const { proofOf, open, store } = await stripeBench()
  await proofOf(await open(), true)
  expect(await store.accounts.get('stripe')).toBe(null)
  await proofOf(await open())
  const bound = await store.accounts.get('stripe')
  expect(bound).toMatchObject({ identity: 'acct_sandbox0000 test', label: 'acct_sandbox0000, test mode' })
  expect(JSON.stringify(bound)).not.toContain(TEST_KEY)
  await expect(open(LIVE_KEY)).rejects.toMatchObject({ kind: 'config' })
})

test('a key of another account in the same mode is no proof', async () => {
  const { proofOf, open, store } = await stripeBench()
  const account = { service: 'stripe', label: 'acct_other, test mode', credential: 'c' }
  await store.accounts.bind({ ...account, identity: 'acct_other test' }, false)
  expect(await proofOf(await open())).toMatchObject({
    outcome: 'failed',
    detail:
      'this store belongs to the Stripe account acct_other, test mode, and STRIPE_SECRET_KEY opens acct_sandbox0000',
  })
})

test('what reads is asked again after a passing fault; what Stripe wants to wait long is not waited for', async () => {
  const { proofOf, open, server, asked } = await stripeBench()
  const service = await open()
  const match = { path: '/v1/account' }
  await server.arm({ match, action: { type: 'status', status: 429, headers: { 'retry-after': '2' } } })
  await server.arm({ match, action: { type: 'status', status: 500 } })
  expect(await proofOf(service)).toMatchObject({ outcome: 'proved' })
  expect(await asked()).toEqual([
    'GET /v1/account 429',
    'GET /v1/account 500',
    'GET /v1/account 200',
    'GET /v1/payment_links 200',
  ])
  await server.arm({ match, action: { type: 'status', status: 429, headers: { 'retry-after': '70' } } })
  expect(await proofOf(service)).toMatchObject({ outcome: 'failed' })
  expect((await asked()).slice(4)).toEqual(['GET /v1/account 429'])
})

test('only what the API needs is sent: nothing of the machine, and the key to nobody else', async () => {
  const { proofOf, open } = await stripeBench()
  const server = await httpServer(response => response.end('{"id":"acct_1","charges_enabled":true}'))
  await proofOf(await open(TEST_KEY, server.url))
  const headers = server.arrived[0]?.headers ?? []
  const names = headers.flatMap((name, index) => (index % 2 === 0 ? [name.toLowerCase()] : []))
  const ofFetch = ['accept-encoding', 'connection', 'host']
  const ofApi = ['accept', 'authorization', 'content-type', 'stripe-version', 'user-agent']
  expect(names.toSorted()).toEqual([...ofFetch, ...ofApi].toSorted())
  expect(headers).toContain('EchoPilot')
  const other = await httpServer(response => response.end('{}'))
  const redirect = await httpServer(response => response.writeHead(302, { location: other.url }).end())
  expect(await proofOf(await open(TEST_KEY, redirect.url))).toMatchObject({
    outcome: 'failed',
    fix: 'set stripe.base_url to where the service is',
  })
  expect(other.arrived).toEqual([])
})

test.each([
  ['a page of somebody else', 200, '<html>Log in</html>'],
  ['JSON of somebody else', 200, '[1]'],
  ['an error with a good status', 200, '{"error":{"message":"no"}}'],
  ['JSON without an error', 502, '{"ok":true}'],
])('%s is no answer', async (_what, status, body) => {
  const { proofOf, open } = await stripeBench()
  const server = await httpServer(response => response.writeHead(status).end(body))
  expect(await proofOf(await open(TEST_KEY, server.url))).toMatchObject({ outcome: 'failed' })
})

test('the address is one without a path', () => {
  const read = (base_url: string): unknown => readSettings({ stripe: { base_url } })
  expect(read('http://127.0.0.1:4702/')).toMatchObject({
    ok: true,
    settings: { stripe: { base_url: 'http://127.0.0.1:4702' } },
  })
  for (const wrong of ['https://api.stripe.com/v1', 'https://api.stripe.com/?a', 'api.stripe.com']) {
    expect(read(wrong)).toMatchObject({ ok: false })
  }
})

test('webhooks are proved by the newest that came, as long as they tell of what is paid', async () => {
  const { open, call, store, clock } = await stripeBench()
  const subject = 'stripe webhooks'
  const found = async (secret: string | null) => {
    const proofs = await (await open(TEST_KEY, undefined, secret)).proofs?.(call())
    return proofs?.find(each => each.subject === subject)
  }
  expect(await found(null)).toEqual({
    subject,
    outcome: 'not_proved',
    detail: 'no secret of webhooks is set: payments are seen by payments-scan alone',
    fix: 'set STRIPE_WEBHOOK_SECRET to the secret of an endpoint of Stripe, and run echopilot serve',
  })
  await store.webhooks.refused('stripe', 'bad signature', 2)
  expect(await found('whsec_x')).toMatchObject({
    outcome: 'not_proved',
    detail:
      'none has come yet: payments are seen by payments-scan alone; refused in 7 days: 2 × bad signature',
  })
  const event = { id: 'evt_1', key: 'evt_1', type: 't', thing: null, isLive: false, atMs: 1, ignored: 'none' }
  await store.webhooks.takeRead('stripe', [event])
  expect(await found('whsec_x')).toMatchObject({ outcome: 'not_proved' })
  await store.webhooks.take('stripe', { kind: 'event', event })
  const newest = `the newest that was verified came at ${new Date(clock.now()).toISOString()}`
  expect(await found('whsec_x')).toEqual({ subject, outcome: 'proved', detail: newest, fix: null })
  await clock.advance(DAY_MS)
  const atMs = clock.now()
  const link = { linkId: 'link_1', outsideLinkId: 'plink_1', taskId: '', runId: '', billId: '', clientId: '' }
  await store.payments.record('stripe', paidAt(link, { atMs }), { by: 'scan', askedMs: atMs })
  expect(await found('whsec_x')).toMatchObject({ outcome: 'proved' })
  await clock.advance(DAY_MS)
  expect(await found('whsec_x')).toMatchObject({
    outcome: 'failed',
    detail: `${newest}, and none tells of 1 payment since ${new Date(atMs).toISOString()}; refused in 7 days: 2 × bad signature`,
  })
})

const DAY_MS = 86_400_000

/** What no webhook, no link and no event tells of: a scan compares the services' own lists with the books. */
import { beforeEach, expect, test } from 'vitest'
import { paymentsDebug } from '../../src/operations/payments/debug.ts'
import { isObject } from '../../src/sandbox/lib/json.ts'
import { rowsOf } from '../support/books.ts'
import { CALL, realSession } from '../support/session.ts'
import { openShop, type Shop } from './support/shop.ts'

let shop: Shop

beforeEach(async () => {
  shop = await openShop()
})

const DAY_MS = 86_400_000

/** A client pays at the one link of a bill, and the scan takes it into the books. */
async function paid(): Promise<{
  readonly paymentId: string
  readonly bill: Awaited<ReturnType<Shop['billed']>>['bill']
}> {
  const { bill, link } = await shop.billed()
  const paymentId = await shop.pay(link)
  await shop.scan()
  expect(await shop.billOf(bill)).toMatchObject({ state: 'paid' })
  return { paymentId, bill }
}

/** From now on Stripe makes no event of what happens: it may fail to. */
async function noEvents(): Promise<void> {
  await shop.server.arm({ times: 1_000, action: { type: 'event-lost' } })
}

/** How often single payments were asked for. */
async function looksAtPayments(): Promise<number> {
  const state: unknown = await (await fetch(`${shop.server.url}/__sandbox/state`)).json()
  const calls = isObject(state) && Array.isArray(state['calls']) ? state['calls'] : []
  return calls.filter(call => isObject(call) && String(call['path']).startsWith('/v1/payment_intents/'))
    .length
}

async function eventCount(): Promise<number> {
  return (await shop.server.stripe.events.list({ limit: 100 })).data.length
}

test('a refund and a dispute of which no event was ever made are found', async () => {
  const { paymentId, bill } = await paid()
  await noEvents()
  const before = await eventCount()
  await shop.clock.advance(DAY_MS)
  await shop.server.hand('refund', { payment_intent: paymentId, amount: '900' })
  expect(await eventCount()).toBe(before)
  expect((await shop.scan()).result).toMatchObject({ changed: [paymentId], differences: [] })
  expect(await shop.billOf(bill)).toMatchObject({ state: 'partly_refunded' })
  await shop.clock.advance(3 * DAY_MS)
  await shop.server.hand('dispute', { payment_intent: paymentId })
  expect((await shop.scan()).result).toMatchObject({ changed: [paymentId] })
  expect(await shop.billOf(bill)).toMatchObject({ state: 'disputed' })
  expect((await shop.scan()).result).toMatchObject({ changed: [], failed: [] })
})

test('a payment that nobody asked for is found without webhook or event', async () => {
  await paid()
  await noEvents()
  const { id } = await shop.server.stripe.paymentLinks.create({
    line_items: [
      { price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Other' } }, quantity: 1 },
    ],
  })
  await shop.server.hand('pay', { link: id })
  expect((await shop.scan()).result.differences).toMatchObject([
    { problem: 'unknown_payer', amount: '7.00 EUR' },
  ])
})

test('a debit at no link of ours is followed to its end, weeks later, without an event', async () => {
  await paid()
  const { id } = await shop.server.stripe.paymentLinks.create({
    line_items: [
      { price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Other' } }, quantity: 1 },
    ],
  })
  await shop.server.hand('pay', { link: id, method: 'pm_usBankAccount_processing' })
  await shop.scan()
  const states = (): unknown[] => rowsOf(shop.files.path, 'SELECT state FROM payments WHERE link_id IS NULL')
  expect(states()).toEqual([{ state: 'pending' }])
  await shop.clock.advance(7 * DAY_MS)
  await shop.scan()
  await noEvents()
  const { data } = await shop.server.stripe.paymentIntents.list({ limit: 1 })
  await shop.server.hand('debit', { payment_intent: data[0]?.id ?? '', how: 'succeeded' })
  expect((await shop.scan()).result.differences).toMatchObject([{ problem: 'unknown_payer' }])
  expect(states()).toEqual([{ state: 'paid' }])
})

test('events that no webhook told of are worked once, and count for no webhook that arrived', async () => {
  const { bill, link } = await shop.billed()
  const paymentId = await shop.pay(link)
  await shop.server.hand('refund', { payment_intent: paymentId })
  await shop.clock.advance(120_000)
  const { result } = await shop.scan()
  expect(result.webhooks.worked).toBeGreaterThan(0)
  expect(await shop.billOf(bill)).toMatchObject({ state: 'refunded' })
  expect((await shop.scan()).result.webhooks).toEqual({ worked: 0, left: 0 })
  expect((await shop.store.webhooks.facts('stripe')).newestMs).toBeNull()
  // One that comes late is the same event, and shows that webhooks arrive.
  const event = (await shop.events()).find(({ type }) => type === 'charge.refunded')
  if (event === undefined) throw new Error('there is no such event')
  await shop.take(event)
  expect((await shop.store.webhooks.facts('stripe')).newestMs).toBe(shop.clock.now())
  expect((await shop.scan()).result.webhooks).toEqual({ worked: 0, left: 0 })
})

test('what was looked through is told without a gap, and never more', async () => {
  await paid()
  const first = (await shop.scan()).result.coverage
  await shop.clock.advance(DAY_MS)
  const [later] = (await shop.scan()).result.coverage
  expect(first).toMatchObject([{ service: 'stripe', keepsEvents: true, lagMinutes: 0 }])
  expect(later?.objects?.from).toBe(first[0]?.objects?.from)
  expect(Date.parse(later?.objects?.to ?? '')).toBe(shop.clock.now())
  expect(Date.parse(later?.events?.to ?? '')).toBe(shop.clock.now() - 60_000)
  // Stripe forgets events: after two months of silence those of the first are not claimed.
  await shop.clock.advance(60 * DAY_MS)
  const [last] = (await shop.scan()).result.coverage
  expect(Date.parse(last?.events?.from ?? '')).toBe(shop.clock.now() - 29 * DAY_MS)
  expect(last?.objects?.from).toBe(first[0]?.objects?.from)
})

test.each(['/v1/payment_intents', '/v1/refunds', '/v1/disputes'])(
  'a list that breaks off (%s) leaves its span to the next scan',
  async path => {
    const { paymentId, bill } = await paid()
    const [before] = (await shop.scan()).result.coverage
    await noEvents()
    await shop.clock.advance(DAY_MS)
    await shop.server.hand('refund', { payment_intent: paymentId })
    await shop.server.arm({ match: { path }, times: 6, action: { type: 'garbage' } })
    const { result, outcome } = await shop.scan()
    expect(outcome).not.toBe('ok')
    expect(result.coverage[0]?.objects).toEqual(before?.objects)
    // As often as it takes until the fault is used up.
    for (let left = 3; left > 0 && (await shop.scan()).outcome !== 'ok'; left -= 1);
    expect(await shop.billOf(bill)).toMatchObject({ state: 'refunded' })
  },
)

test('what the books say was paid and Stripe does not know is doubted, told once, and well when it is known again', async () => {
  const { bill, link } = await shop.billed()
  const facts = {
    id: 'pi_nowhere',
    isLive: false,
    amount: { minor: 4900, currency: 'EUR' },
    state: 'paid',
    linkId: link.outsideId,
    ids: { bill: bill.id },
    fee: null,
    atMs: shop.clock.now(),
    refunds: [],
    disputes: [],
  } as const
  await shop.store.payments.record('stripe', facts, { by: 'webhook', askedMs: shop.clock.now() })
  await shop.clock.advance(1_000)
  const { result } = await shop.scan()
  expect(result.differences).toMatchObject([{ problem: 'not_paid', outsideId: 'pi_nowhere' }])
  expect((await shop.scan()).result.differences).toHaveLength(1)
  const [alert] = await shop.store.alerts.open()
  expect(alert?.message).toContain('does not know it as paid')
  await shop.store.payments.record('stripe', facts, { by: 'scan', askedMs: shop.clock.now() + 1 })
  expect(rowsOf(shop.files.path, 'SELECT doubted_ms FROM payments')).toEqual([{ doubted_ms: null }])
})

test('a dry run finds the same, and writes nothing', async () => {
  const { paymentId } = await paid()
  await noEvents()
  await shop.server.hand('refund', { payment_intent: paymentId })
  const books = rowsOf(shop.files.path, 'SELECT * FROM payment_coverage')
  expect((await shop.scan({}, true)).result.changed).toEqual([paymentId])
  expect(rowsOf(shop.files.path, 'SELECT * FROM payment_coverage')).toEqual(books)
  expect((await shop.scan()).result.changed).toEqual([paymentId])
})

test('where the account takes money for other business too, that is left out of the books', async () => {
  shop = await openShop({ ECHOPILOT_BILLING_OTHER_SALES: 'true' })
  const { bill } = await paid()
  await shop.clock.advance(40 * DAY_MS)
  await shop.server.hand('seed', { count: '250', days: '20' })
  const before = await looksAtPayments()
  const { result, outcome } = await shop.scan()
  expect(outcome).toBe('ok')
  expect(await looksAtPayments()).toBe(before)
  expect(result).toMatchObject({ others: 250, changed: [], differences: [] })
  expect(await shop.billOf(bill)).toMatchObject({ state: 'paid' })
  expect(rowsOf(shop.files.path, 'SELECT COUNT(*) AS n FROM payments')).toEqual([{ n: 1 }])
})

test('the page of what is known of webhooks tells nothing of events that were read', async () => {
  await paid()
  await shop.clock.advance(120_000)
  await shop.scan()
  const session = realSession({
    ...shop.session,
    env: { ...shop.session.env, STRIPE_WEBHOOK_SECRET: 'whsec_x' },
  })
  try {
    const { result } = await session.run(paymentsDebug, {}, CALL)
    expect(JSON.stringify(result)).toContain('"newestAt":null')
  } finally {
    session.close()
  }
})

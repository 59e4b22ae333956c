/** A scan of payments: whatever was told by webhooks, the books end as the service has them. */
import { beforeEach, expect, test } from 'vitest'
import { paymentsDebug } from '../../src/operations/payments/debug.ts'
import { LIVE_KEY } from '../../src/sandbox/stripe/identity.ts'
import { eur } from '../support/bills.ts'
import { dumpStore, rowsOf } from '../support/books.ts'
import { CALL, realSession } from '../support/session.ts'
import { openShop, type Shop, type TakenEvent } from './support/shop.ts'

let shop: Shop

beforeEach(async () => {
  shop = await openShop()
})

/** How the webhooks of an event stand, or all of them. */
function webhooks(eventId = '%'): unknown[] {
  return rowsOf(shop.files.path, `SELECT state, tries FROM webhooks WHERE event_id LIKE '${eventId}'`)
}

/** An event about a thing that Stripe does not show. */
function strange(id: string): TakenEvent {
  const thing = { kind: 'charge', id: 'ch_none' }
  return { id, key: id, type: 'charge.refunded', thing, isLive: false, atMs: 0, ignored: null }
}

const READS = { method: 'GET', path: '/v1/*' }

test('without any webhook, what was paid at a link is found', async () => {
  const { bill, link } = await shop.billed()
  expect(link).toMatchObject({ state: 'open' })
  const paymentId = await shop.pay(link)
  const { outcome, result } = await shop.scan()
  expect(outcome).toBe('ok')
  expect(result).toMatchObject({ changed: [paymentId], links: { looked: 1 }, differences: [] })
  expect(await shop.billOf(bill)).toMatchObject({ state: 'paid' })
  expect(await shop.store.links.get(link.id)).toMatchObject({ state: 'paid' })
  expect((await shop.scan()).result).toMatchObject({ changed: [], links: { looked: 0 } })
})

test('a debit that takes days is followed to its end, by its link alone', async () => {
  const { bill, link } = await shop.billed()
  const paymentId = await shop.pay(link, 'pm_usBankAccount_processing')
  await shop.scan()
  expect(await shop.store.payments.list({ state: 'pending', clientId: null, limit: 9 })).toHaveLength(1)
  expect(await shop.billOf(bill)).toMatchObject({ state: 'unpaid' })
  await shop.server.hand('debit', { payment_intent: paymentId, how: 'succeeded' })
  await shop.scan()
  expect(await shop.billOf(bill)).toMatchObject({ state: 'paid' })
})

test('each webhook is worked once; told twice, refunds and disputes are there once', async () => {
  const { bill, link } = await shop.billed()
  const payment_intent = await shop.pay(link)
  await shop.server.hand('refund', { payment_intent, amount: '900' })
  await shop.server.hand('dispute', { payment_intent })
  const events = await shop.events()
  for (const event of [...events, ...events]) await shop.take(event)
  const { outcome, result } = await shop.scan()
  expect(outcome).toBe('ok')
  expect(result.webhooks).toEqual({ worked: events.filter(({ thing }) => thing !== null).length, left: 0 })
  expect(await shop.billOf(bill)).toMatchObject({ state: 'disputed' })
  const [payment] = await shop.store.payments.ofTask(bill.taskId)
  expect(payment).toMatchObject({ seenBy: 'webhook', refundedMinor: 900, refunds: [{ state: 'succeeded' }] })
  expect(payment?.disputes).toMatchObject([{ state: 'needs_response' }])
  expect((await shop.scan()).result.webhooks).toEqual({ worked: 0, left: 0 })
})

test('what Stripe does not show stops nothing else, is tried again later, and is given up at last', async () => {
  const { bill, link } = await shop.billed()
  await shop.pay(link)
  await shop.take(strange('evt_strange'))
  for (const event of await shop.events()) await shop.take(event)
  const { outcome, result } = await shop.scan()
  expect(outcome).toBe('partial')
  expect(result.failed).toMatchObject([{ kind: 'provider' }])
  expect(await shop.billOf(bill)).toMatchObject({ state: 'paid' })
  expect(webhooks('evt_strange')).toEqual([{ state: 'stored', tries: 1 }])
  expect((await shop.scan()).outcome).toBe('ok')
  for (let hours = 1; hours <= 9; hours += 1) {
    await shop.clock.advance(5 * 3_600_000)
    await shop.scan()
  }
  expect(webhooks('evt_strange')).toMatchObject([{ state: 'failed' }])
})

test('where Stripe is down, webhooks are left as they are, and the next scan works them', async () => {
  const { bill, link } = await shop.billed()
  await shop.pay(link)
  const events = await shop.events()
  for (const event of events) await shop.take(event)
  await shop.server.arm({ match: READS, action: { type: 'plain-error', status: 502, body: 'no' }, times: 99 })
  const { outcome, result } = await shop.scan()
  expect(outcome).toBe('busy')
  expect(result.down).toMatchObject([{ service: 'stripe' }])
  expect(result.webhooks.left).toBeGreaterThan(0)
  await fetch(`${shop.server.url}/__sandbox/faults`, { method: 'DELETE' })
  await shop.clock.advance(120_000)
  expect((await shop.scan()).outcome).toBe('ok')
  expect(await shop.billOf(bill)).toMatchObject({ state: 'paid' })
  expect(webhooks()).toEqual(expect.not.arrayContaining([expect.objectContaining({ state: 'stored' })]))
})

test('a dry run asks the same and changes nothing', async () => {
  const { link } = await shop.billed()
  const paymentId = await shop.pay(link)
  for (const event of await shop.events()) await shop.take(event)
  const { operation_records: _, ...before } = dumpStore(shop.files.path)
  const { result } = await shop.scan({}, true)
  expect(result).toMatchObject({ dryRun: true, changed: [paymentId] })
  const { operation_records: _after, ...after } = dumpStore(shop.files.path)
  expect(after).toEqual(before)
})

test('--since looks again at links that are over', async () => {
  const { link } = await shop.billed()
  await shop.pay(link)
  await shop.scan()
  expect((await shop.scan()).result.links).toMatchObject({ looked: 0 })
  expect((await shop.scan({ since: '1d' })).result).toMatchObject({ links: { looked: 1 }, changed: [] })
})

test('a stranger’s payment is listed and alerts, until it was refunded', async () => {
  const { id: product } = await shop.server.stripe.paymentLinks.create({
    line_items: [
      { price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Other' } }, quantity: 1 },
    ],
  })
  await shop.server.hand('pay', { link: product })
  for (const event of await shop.events()) await shop.take(event)
  const { result } = await shop.scan()
  expect(result.differences).toMatchObject([{ problem: 'unknown_payer', amount: '7.00 EUR', billId: null }])
  expect(await shop.store.alerts.open()).toMatchObject([{ cause: 'payment/unknown_payer' }])
  await shop.server.hand('refund', { payment_intent: result.differences[0]?.outsideId ?? '' })
  for (const event of await shop.events()) await shop.take(event)
  expect((await shop.scan()).result.differences).toEqual([])
  await shop.clock.advance(3_600_000)
  await shop.scan()
  expect(await shop.store.alerts.open()).toEqual([])
})

test('debug tells the account, its mode and the webhooks, and no part of a key', async () => {
  await shop.billed()
  await shop.take(strange('evt_1'))
  await shop.store.webhooks.refused('stripe', 'a wrong signature', 3)
  const debug = async (env: Readonly<Record<string, string>>): Promise<{ outcome: string; text: string }> => {
    const session = realSession({ ...shop.session, env: { ...shop.session.env, ...env } })
    const { result, outcome } = await session.run(paymentsDebug, {}, CALL)
    session.close()
    return { outcome, text: JSON.stringify(result) }
  }
  const { outcome, text } = await debug({})
  expect(outcome).toBe('ok')
  expect(text).toContain('"mode":"test"')
  expect(text).toContain('"waiting":1')
  expect(text).toContain('"why":"a wrong signature","count":3')
  const account = await shop.store.accounts.get('stripe')
  for (const secret of [shop.session.env['STRIPE_SECRET_KEY'], account?.credential]) {
    expect(text).not.toContain(secret ?? '')
  }
  const other = await debug({ STRIPE_SECRET_KEY: LIVE_KEY })
  expect(other.outcome).toBe('config')
  expect(other.text).not.toContain(LIVE_KEY)
})

test('links that fail each time keep no other from being looked at', async () => {
  const billed = [await shop.billed('page-1'), await shop.billed('page-2'), await shop.billed('page-3')]
  // Links are looked at in the order of their ids; those of one millisecond are in any order.
  const bills = billed.toSorted((a, b) => (a.link.id < b.link.id ? -1 : 1))
  for (const { link } of bills.slice(0, 2)) {
    const match = { path: `/v1/payment_links/${String(link.outsideId)}` }
    await shop.server.arm({ match, times: 1000, action: { type: 'garbage' } })
  }
  const [, , last] = bills
  if (last === undefined) throw new Error('it was not billed')
  await shop.pay(last.link)
  expect(await shop.scan()).toMatchObject({ outcome: 'busy', result: { links: { looked: 0 } } })
  await shop.scan()
  expect(await shop.billOf(last.bill)).toMatchObject({ state: 'paid' })
})

test('what is open again once a transfer is withdrawn is asked for, also where the rest was paid at a link', async () => {
  const { bill } = await shop.billed()
  const hand = { amount: eur(2000), paidMs: 0, reference: 'RF18', isForced: false }
  const recorded = await shop.store.payments.recordByHand(bill.id, hand)
  // The old link is closed before another is made.
  await shop.scan()
  await shop.scan()
  const rest = (await shop.store.links.ofBill(bill.id)).at(-1)
  expect(rest).toMatchObject({ state: 'open', amount: eur(2900) })
  if (rest !== undefined) await shop.pay(rest)
  await shop.scan()
  expect(await shop.billOf(bill)).toMatchObject({ state: 'paid' })
  await shop.store.payments.withdraw(recorded.kind === 'recorded' ? recorded.id : '', 'it did not come')
  expect(await shop.store.links.unpaid()).toMatchObject({ without: 1 })
  await shop.scan()
  expect((await shop.store.links.ofBill(bill.id)).at(-1)).toMatchObject({ state: 'open', amount: eur(2000) })
  expect(await shop.store.links.unpaid()).toMatchObject({ without: 0, open: 1 })
})

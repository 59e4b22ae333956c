/** Payment links that are orders at PayPal: they die within hours, cannot be listed, and cannot be ended. */
import { opened } from '../support/deliverers.ts'
import { beforeEach, expect, test } from 'vitest'
import { deliverDue } from '../../src/outbox/deliver.ts'
import { makeLinks } from '../../src/pipeline/links.ts'
import { isObject } from '../../src/sandbox/lib/json.ts'
import type { Link } from '../../src/store/link-rows.ts'
import { paypalBench, type PayPalBench } from '../roles/support/paypal.ts'
import { FAULTS, type Trouble } from '../roles/support/troubles.ts'
import { billedRow, eur } from '../support/bills.ts'

const MAKES = { method: 'POST', path: '/v2/checkout/orders' }
const HOUR_MS = 3_600_000

let bench: PayPalBench
let taskId: string

beforeEach(async () => {
  bench = await paypalBench()
  taskId = await billedRow(bench.store, eur(4990))
})

/** Asks for links and delivers, as `deliver` does. */
async function pass(): Promise<void> {
  const service = await bench.open()
  const deliverer = await service.deliverer?.(bench.call())
  const payments = service.roles.paymentProvider
  if (deliverer === undefined || deliverer === null) throw new Error('nothing is delivered')
  if (payments === undefined || payments === null) throw new Error('it takes no payments')
  const context = { ...bench.call(), store: bench.store, deliverers: opened([deliverer]) }
  await makeLinks({ ...context, payments: [payments] })
  await deliverDue(context)
}

/** The next pass, when what waits is due, at our clock and at that of PayPal. */
async function passAfter(ms: number): Promise<void> {
  await bench.clock.advance(ms)
  await bench.server.hand('clock', { seconds: String(ms / 1000) })
  await pass()
}

async function links(): Promise<Link[]> {
  const bills = await bench.store.bills.ofTask(taskId)
  return (await Promise.all(bills.map(async ({ id }) => bench.store.links.ofBill(id)))).flat()
}

/** Looks at a link as `payments-scan` does. */
async function look({ id, outsideId }: Link): Promise<void> {
  const provider = await bench.provider()
  const facts = await provider.showLink(outsideId ?? '')
  await bench.store.links.look(id, facts, { by: 'scan', askedMs: bench.clock.now() })
}

/** How many orders can be paid at PayPal. */
async function orders(): Promise<unknown> {
  const state: unknown = await (await fetch(`${bench.server.url}/__sandbox/state`)).json()
  return isObject(state) ? state['open_orders'] : null
}

async function theOnly(): Promise<Link> {
  const [link, ...more] = await links()
  if (link === undefined || more.length > 0) throw new Error('there is not one link')
  return link
}

test.each<[Trouble, number]>([
  ['an answer that is lost', 10_000],
  ['an answer that breaks off', 10_000],
  ['a cut before the effect', 10_000],
  ['an error of its own', 10_000],
  ['an answer of somebody else', 10_000],
  ['an answer that is lost', 4 * HOUR_MS],
  ['an answer that is lost', 25 * HOUR_MS],
])('%s, and a try %i ms later: one link, and one order that can be paid', async (trouble, laterMs) => {
  await bench.server.arm({ match: MAKES, action: FAULTS[trouble] })
  await pass()
  expect(await links()).toMatchObject([{ state: 'asked', url: null }])
  await passAfter(laterMs)
  const link = await theOnly()
  expect(link).toMatchObject({ state: 'open', service: 'paypal', isLive: false })
  expect(await orders()).toBe(1)
  expect(await (await fetch(link.url ?? '')).text()).toContain('49.90 EUR')
})

test('two processes at once make one link', async () => {
  await Promise.all([pass(), pass()])
  await passAfter(10_000)
  expect(await theOnly()).toMatchObject({ state: 'open' })
  expect(await orders()).toBe(1)
})

test('an order whose time is over is replaced by the next one, while the bill is unpaid', async () => {
  await pass()
  await passAfter(4 * HOUR_MS)
  const first = await theOnly()
  await look(first)
  await pass()
  expect((await links()).map(({ number, state }) => [number, state])).toEqual([
    [1, 'expired'],
    [2, 'open'],
  ])
  expect(await orders()).toBe(1)
})

test('a price that was changed: the old order is never captured, whatever the client says at it', async () => {
  await pass()
  const { outsideId: order } = await theOnly()
  await billedRow(bench.store, eur(6000))
  await pass()
  await bench.server.hand('approve', { order })
  const [old, next] = await links()
  expect([old?.state, next?.state]).toEqual(['closed', 'open'])
  if (old !== undefined) await look(old)
  expect((await links()).map(({ state }) => state)).toEqual(['closed', 'open'])
})

test('what was paid at an order that was to be closed is taken into the books', async () => {
  await pass()
  const { outsideId } = await theOnly()
  await billedRow(bench.store, eur(6000))
  await bench.server.hand('approve', { order: outsideId })
  const provider = await bench.provider()
  await provider.capture?.(outsideId ?? '', 'capture', eur(4990))
  await pass()
  expect((await links()).map(({ state }) => state)).toEqual(['paid', 'open'])
  expect(await bench.store.payments.list({ state: null, clientId: null, limit: 9 })).toMatchObject([
    { amount: eur(4990), state: 'paid' },
  ])
})

test('what PayPal takes no payment of is refused once, with the reason', async () => {
  taskId = await billedRow(bench.store, { minor: 12_340, currency: 'KWD' }, 'page-2')
  await pass()
  const link = await theOnly()
  expect(link).toMatchObject({ state: 'refused', why: 'PayPal takes no payment of 12.340 KWD' })
  const before = await bench.asked()
  await passAfter(HOUR_MS)
  expect(await bench.asked()).toEqual(before)
})

test('where no bill wants a link, nothing is asked of PayPal', async () => {
  await pass()
  const before = await bench.asked()
  await pass()
  expect(await bench.asked()).toEqual(before)
})

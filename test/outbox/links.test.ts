/** Payment links as they are delivered: whatever becomes of the answers, one link a bill, and it is closed once. */
import { opened } from '../support/deliverers.ts'
import { beforeEach, expect, test } from 'vitest'
import type { Money } from '../../src/domain/money.ts'
import { deliverDue, type Delivered } from '../../src/outbox/deliver.ts'
import { makeLinks } from '../../src/pipeline/links.ts'
import { LIVE_KEY, TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import type { Link } from '../../src/store/link-rows.ts'
import { stripeBench, type StripeBench } from '../roles/support/stripe.ts'
import { FAULTS, type Trouble } from '../roles/support/troubles.ts'
import { billedRow, eur } from '../support/bills.ts'

const MAKES = { method: 'POST', path: '/v1/payment_links' }
const CLOSES = { method: 'POST', path: '/v1/payment_links/*' }
const A_DAY_MS = 25 * 3_600_000

let bench: StripeBench
let taskId: string

beforeEach(async () => {
  bench = await stripeBench()
  taskId = await billedRow(bench.store, eur(4990))
})

/** Asks for links and delivers, as `deliver` does. */
async function pass(key = TEST_KEY): Promise<Delivered> {
  const service = await bench.open(key)
  const deliverer = await service.deliverer?.(bench.call())
  const payments = service.roles.paymentProvider
  const deliverers = opened(deliverer === undefined || deliverer === null ? [] : [deliverer])
  const context = { ...bench.call(), store: bench.store, deliverers }
  await makeLinks({ ...context, payments: payments === undefined || payments === null ? [] : [payments] })
  return deliverDue(context)
}

/** The next passes, each when what waits is due, at our clock and at that of Stripe. */
async function passAfter(ms: number): Promise<void> {
  await bench.clock.advance(ms)
  await bench.server.hand('clock', { seconds: String(ms / 1000) })
  await pass()
}

async function links(): Promise<Link[]> {
  const bills = await bench.store.bills.ofTask(taskId)
  return (await Promise.all(bills.map(async ({ id }) => bench.store.links.ofBill(id)))).flat()
}

/** The links that are there at Stripe, told as `plink_1 active`. */
async function standing(): Promise<string[]> {
  const { data } = await bench.server.stripe.paymentLinks.list({ limit: 100 })
  return data.map(({ id, active }) => `${id} ${active ? 'active' : 'closed'}`)
}

/** There is one link at Stripe, and it is the one that the bill has. */
async function expectOne(): Promise<void> {
  const [link, ...more] = await links()
  expect(more).toEqual([])
  expect(link).toMatchObject({ state: 'open' })
  expect(await standing()).toEqual([`${link?.outsideId ?? ''} active`])
}

test.each<Trouble>([
  'an answer that is lost',
  'an answer that breaks off',
  'a cut before the effect',
  'an error of its own',
  'an error of a gateway',
  'an answer of somebody else',
])('%s: there is one link in the end', async trouble => {
  await bench.server.arm({ match: MAKES, action: FAULTS[trouble] })
  await pass()
  expect(await links()).toMatchObject([{ state: 'asked', url: null }])
  await passAfter(10_000)
  await expectOne()
})

test.each<Trouble>(['an answer that is lost', 'a cut before the effect'])(
  '%s, and a day during which Stripe forgets the key',
  async trouble => {
    await bench.server.arm({ match: MAKES, action: FAULTS[trouble] })
    await pass()
    await passAfter(A_DAY_MS)
    await expectOne()
  },
)

test('a 500 that is kept under the key, whose work was done', async () => {
  await bench.server.arm({ match: MAKES, action: { type: 'kept-500' } })
  await pass()
  await passAfter(10_000)
  await expectOne()
})

test('too many requests: it is made when Stripe takes it', async () => {
  await bench.server.arm({ match: MAKES, action: FAULTS['too many requests, for 70 s'] })
  await pass()
  await passAfter(30_000)
  expect(await standing()).toEqual([])
  await passAfter(60_000)
  await expectOne()
})

test('two processes at once make one link', async () => {
  await Promise.all([pass(), pass()])
  await expectOne()
})

test('two processes and an answer that is lost make one link', async () => {
  await bench.server.arm({ match: MAKES, action: FAULTS['an answer that is lost'] })
  await Promise.all([pass(), pass()])
  await bench.clock.advance(10_000)
  await Promise.all([pass(), pass()])
  await expectOne()
})

test('a link that was made is looked for only where it may have been made', async () => {
  await pass()
  expect((await bench.asked()).filter(one => one.includes('payment_links'))).toEqual([
    'POST /v1/payment_links 200',
  ])
})

test.each<Money>([
  { minor: 100_000_000, currency: 'EUR' },
  { minor: 1, currency: 'USD' },
])('$minor $currency, which Stripe does not charge, is refused for good', async amount => {
  const provider = await (await bench.open()).roles.paymentProvider?.provider(bench.call())
  const order = { key: 'k', amount, title: 't', ids: {}, mayBeMade: false }
  await expect(provider?.createLink(order)).rejects.toMatchObject({ errorClass: 'permanent' })
})

test('what Stripe refuses for good is refused once, with its reason', async () => {
  await bench.server.arm({ match: MAKES, action: { type: 'status', status: 400 } })
  await pass()
  const [link] = await links()
  expect(link).toMatchObject({ state: 'refused' })
  expect(link?.why).toContain('Stripe 400')
  const before = await bench.asked()
  await passAfter(A_DAY_MS)
  expect(await bench.asked()).toEqual(before)
})

test('a link of one mode is refused to a key of the other', async () => {
  await bench.server.arm({ match: MAKES, action: FAULTS['an answer that is lost'] })
  await pass()
  const bound = { service: 'stripe', identity: 'acct_sandbox0000 live', label: 'a', credential: 'c' }
  await bench.store.accounts.bind(bound, true)
  await bench.clock.advance(10_000)
  const asked = (await bench.asked()).length
  await pass(LIVE_KEY)
  expect(await links()).toMatchObject([
    { state: 'refused', why: 'the link was asked for in test mode, and the key is one of live mode' },
  ])
  expect((await bench.asked()).slice(asked)).not.toContain('POST /v1/payment_links 200')
})

test.each<Trouble | 'nothing'>(['nothing', 'an answer that is lost', 'a cut before the effect'])(
  'a price that was changed: the old link is closed, the new one is made (%s)',
  async trouble => {
    await pass()
    const { outsideId: old } = (await links())[0] ?? {}
    await bench.server.hand('open', { link: old })
    await billedRow(bench.store, eur(6000))
    if (trouble !== 'nothing') await bench.server.arm({ match: CLOSES, action: FAULTS[trouble] })
    await pass()
    await passAfter(10_000)
    const [first, second] = await links()
    expect([first?.state, second?.state]).toEqual(['closed', 'open'])
    expect(second?.amount).toEqual(eur(6000))
    expect((await standing()).toSorted()).toEqual(
      [`${String(old)} closed`, `${second?.outsideId ?? ''} active`].toSorted(),
    )
    const { data } = await bench.server.stripe.checkout.sessions.list()
    expect(data.map(({ status }) => status)).toEqual(['expired'])
  },
)

test('a link that was paid while it was to be closed is told as paid', async () => {
  await pass()
  const link = (await links())[0]?.outsideId
  const { id: session } = await bench.server.hand('open', { link })
  await billedRow(bench.store, eur(6000))
  await bench.server.hand('pay', { session, method: 'pm_card_visa' })
  await pass()
  expect((await links()).map(({ state }) => state)).toEqual(['paid', 'open'])
})

test('where no bill wants a link, nothing is asked of Stripe', async () => {
  await pass()
  const before = await bench.asked()
  await pass()
  expect(await bench.asked()).toEqual(before)
})

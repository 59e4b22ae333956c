/** What PayPal tells of orders and payments, as the books need it. */
import { expect, test } from 'vitest'
import type { Money } from '../../../src/domain/money.ts'
import type { LinkState, PaymentFacts } from '../../../src/domain/payment.ts'
import type { PaymentProvider } from '../../../src/roles/payment-provider.ts'
import { partIn } from '../../sandbox/paypal/support/pay.ts'
import { failureOf } from '../openai/support/service.ts'
import { anOrder } from '../../roles/payment-provider-contract.ts'
import { paypalBench, type PayPalBench } from '../../roles/support/paypal.ts'

const AMOUNT = anOrder().amount

async function captured(provider: PaymentProvider, id: string, amount = AMOUNT): Promise<LinkState> {
  if (provider.capture === null) throw new Error('it captures nothing')
  return provider.capture(id, `${id}/capture/1`, amount)
}

/** An order that was paid. */
async function paid(
  { server, provider: open }: PayPalBench,
  payer = 'ana',
  order = anOrder(),
): Promise<{ provider: PaymentProvider; id: string; payment: PaymentFacts }> {
  const provider = await open()
  const { id } = await provider.createLink(order)
  await server.hand('approve', { order: id, payer })
  const [payment] = (await captured(provider, id, order.amount)).payments
  if (payment === undefined) throw new Error('nothing was paid')
  return { provider, id, payment }
}

test('an order says what it is for, carries our ids, and takes the client to pay', async () => {
  const { server, provider: open } = await paypalBench()
  const title = `Über Brot ${'ü'.repeat(200)}`
  const { id, url } = await (await open()).createLink(anOrder({ title }))
  const { body } = await server.get(`/v2/checkout/orders/${id}`)
  const unit = partIn(body, 'purchase_units', 0)
  expect(unit).toMatchObject({ custom_id: 'bill_1,run_1', invoice_id: 'bill-1' })
  expect(title.startsWith(String(unit['description']))).toBe(true)
  expect(Buffer.byteLength(String(unit['description']))).toBeGreaterThan(120)
  expect(await (await fetch(url)).text()).toContain('https://www.paypal.com/')
})

test('the ids of a link fit, and what is none of ours is refused before anything is sent', async () => {
  const bench = await paypalBench()
  const ulid = '0'.repeat(26)
  const ids = { task: `task_${ulid}`, run: `run_${ulid}`, bill: `bill_${ulid}`, link: `link_${ulid}` }
  const { payment } = await paid(bench, 'ana', anOrder({ ids }))
  expect(payment.ids).toEqual(ids)
  const before = (await bench.asked()).length
  const provider = await bench.provider()
  for (const wrong of [{ ...ids, client: `client_${ulid}` }, { bill: 'inv_1' }, { bill: 'bill_1,run_2' }]) {
    expect(await failureOf(provider.createLink(anOrder({ ids: wrong })))).toMatchObject({
      errorClass: 'permanent',
      billed: 'no',
    })
  }
  expect((await bench.asked()).length).toBe(before)
})

test.each<[Money, string]>([
  [{ minor: 1200, currency: 'JPY' }, '1200'],
  [{ minor: 17_500, currency: 'HUF' }, '175'],
  [{ minor: 30_000, currency: 'TWD' }, '300'],
  [{ minor: 4990, currency: 'EUR' }, '49.90'],
])('PayPal takes %o as %s, and it comes back the same', async (amount, value) => {
  const bench = await paypalBench()
  const { id, payment } = await paid(bench, 'ana', anOrder({ amount }))
  const { body } = await bench.server.get(`/v2/checkout/orders/${id}`)
  expect(partIn(body, 'purchase_units', 0, 'amount')).toEqual({ currency_code: amount.currency, value })
  expect(payment).toMatchObject({ amount, fee: { currency: amount.currency } })
})

test.each<Money>([
  { minor: 17_550, currency: 'HUF' },
  { minor: 30_001, currency: 'TWD' },
  { minor: 12_340, currency: 'KWD' },
])('what PayPal takes no payment of is refused before anything is sent: %o', async amount => {
  const bench = await paypalBench()
  const provider = await bench.provider()
  const before = (await bench.asked()).length
  expect(await failureOf(provider.createLink(anOrder({ amount })))).toMatchObject({ errorClass: 'permanent' })
  expect((await bench.asked()).length).toBe(before)
})

test('an order whose time is over is expired, and its key gives another one while PayPal remembers it', async () => {
  const { server, provider: open } = await paypalBench()
  const provider = await open()
  const first = await provider.createLink(anOrder())
  await server.hand('clock', { seconds: '14400' })
  expect(await provider.showLink(first.id)).toMatchObject({ id: first.id, state: 'expired', payments: [] })
  expect(await provider.look({ kind: 'checkout-order', id: first.id })).toEqual({
    links: [first.id],
    payments: [],
  })
  const second = await provider.createLink(anOrder({ mayBeMade: true }))
  expect(second.id).not.toBe(first.id)
  expect(await provider.createLink(anOrder({ mayBeMade: true }))).toEqual(second)
})

test('what a client said yes to is approved, and taken once, by however many, whatever becomes of answers', async () => {
  const { server, provider: open } = await paypalBench()
  const provider = await open()
  const { id } = await provider.createLink(anOrder())
  expect(await captured(provider, id)).toMatchObject({ state: 'open', payments: [] })
  await server.hand('approve', { order: id })
  expect(await provider.showLink(id)).toMatchObject({ state: 'approved', payments: [] })
  await server.arm({ match: { kind: 'capture' }, action: { type: 'lose-answer' } })
  expect(await failureOf(captured(provider, id))).toMatchObject({ errorClass: 'transient' })
  const both = await Promise.all([captured(provider, id), captured(provider, id)])
  expect(both).toMatchObject([{ state: 'paid' }, { state: 'paid' }])
  const { body } = await server.get(`/v2/checkout/orders/${id}`)
  expect(partIn(body, 'purchase_units', 0, 'payments')['captures']).toHaveLength(1)
})

test('two that capture under keys of their own take the money once', async () => {
  const { server, provider: open } = await paypalBench()
  const provider = await open()
  const { id } = await provider.createLink(anOrder())
  await server.hand('approve', { order: id })
  const take = provider.capture
  if (take === null) throw new Error('it captures nothing')
  const both = await Promise.all([take(id, 'first', AMOUNT), take(id, 'second', AMOUNT)])
  expect(both.map(({ state }) => state)).toEqual(['paid', 'paid'])
  expect(new Set(both.flatMap(({ payments }) => payments.map(payment => payment.id))).size).toBe(1)
})

test('an order over another amount is not captured', async () => {
  const { server, provider: open } = await paypalBench()
  const provider = await open()
  const { id } = await provider.createLink(anOrder())
  await server.hand('approve', { order: id })
  for (const amount of [
    { minor: 1001, currency: 'USD' },
    { minor: 1000, currency: 'EUR' },
  ]) {
    expect(await failureOf(captured(provider, id, amount))).toMatchObject({ errorClass: 'permanent' })
  }
  expect(await provider.showLink(id)).toMatchObject({ state: 'approved', payments: [] })
})

test('of two orders of one bill only one is paid', async () => {
  const { server, provider: open } = await paypalBench()
  const provider = await open()
  const first = await provider.createLink(anOrder())
  const second = await provider.createLink(anOrder({ key: 'bill_1/payment-link/2' }))
  for (const { id } of [first, second]) await server.hand('approve', { order: id })
  expect(await captured(provider, first.id)).toMatchObject({ state: 'paid' })
  const refused = await captured(provider, second.id)
  expect(refused).toMatchObject({ state: 'closed', payments: [] })
  expect(refused.refusal).toContain('DUPLICATE_INVOICE_ID')
})

test('the fee is what PayPal says, and none is said before the money is there', async () => {
  const bench = await paypalBench()
  expect((await paid(bench)).payment).toMatchObject({ fee: { minor: 84, currency: 'USD' }, state: 'paid' })
  const other = await paid(await paypalBench(), 'ben')
  expect(other.payment).toMatchObject({ fee: null, state: 'pending' })
})

test('refunds come with the payment, ours told from those made outside, and one that fails is over', async () => {
  const bench = await paypalBench()
  const { provider, payment } = await paid(bench, 'eva')
  const path = `/v2/payments/captures/${payment.id}/refund`
  const amount = { currency_code: 'USD', value: '2.00' }
  const ours = await bench.server.post(path, { amount, custom_id: 'ref_1', note_to_payer: 'late' })
  await bench.server.hand('refund', { capture: payment.id, value: '1.00' })
  const first = { ours: 'ref_1', reason: 'late', amount: { minor: 200, currency: 'USD' } }
  const second = { ours: null, reason: null, amount: { minor: 100, currency: 'USD' } }
  const refundsOf = async (kind: string, id: string): Promise<unknown> =>
    (await provider.look({ kind, id })).payments.map(({ refunds }) => refunds)
  expect(await refundsOf('capture', payment.id)).toMatchObject([
    [
      { ...first, state: 'pending' },
      { ...second, state: 'pending' },
    ],
  ])
  const refund = String(ours.body['id'])
  await bench.server.hand('refund-end', { refund, how: 'failed' })
  expect(await refundsOf('refund', refund)).toMatchObject([
    [
      { ...first, state: 'failed' },
      { ...second, state: 'pending' },
    ],
  ])
})

test('where an order is gone, its payment is told with the refund that was looked at', async () => {
  const bench = await paypalBench()
  const { provider, id, payment } = await paid(bench)
  const made = await bench.server.hand('refund', { capture: payment.id, value: '1.00' })
  const gone = {
    match: { path: `/v2/checkout/orders/${id}` },
    action: { type: 'status', status: 404 },
    times: 9,
  }
  await bench.server.arm(gone)
  const seen = await provider.look({ kind: 'refund', id: String(made['id']) })
  expect(seen).toMatchObject({
    links: [id],
    payments: [{ id: payment.id, state: 'paid', ids: anOrder().ids, refunds: [{ state: 'succeeded' }] }],
  })
})

test.each([
  ['inquiry', [], 'warning', true],
  ['claim', [], 'needs_response', true],
  ['claim', ['answer'], 'under_review', false],
  ['claim', ['won'], 'won', false],
  ['chargeback', ['lost'], 'lost', false],
  ['claim', ['accept'], 'lost', false],
  ['claim', ['cancel'], 'closed', false],
  ['claim', ['lost', 'appeal'], 'under_review', false],
] as const)('a dispute: %s, then %o, is told as %s', async (kind, moves, state, isDue) => {
  const bench = await paypalBench()
  const { provider, id, payment } = await paid(bench)
  const { dispute_id: dispute } = await bench.server.hand('dispute', { capture: payment.id, kind })
  for (const how of moves) await bench.server.hand('dispute-move', { dispute, how })
  const seen = await provider.look({ kind: 'dispute', id: String(dispute) })
  expect(seen.links).toEqual([id])
  const [told] = seen.payments.flatMap(({ disputes }) => disputes)
  expect(told).toMatchObject({ id: dispute, state, amount: AMOUNT })
  expect(told?.dueMs !== null).toBe(isDue)
})

test('an answer with a payment that cannot be read is none', async () => {
  const { server, provider: open } = await paypalBench()
  const provider = await open()
  const { id } = await provider.createLink(anOrder())
  const unit = { amount: { currency_code: 'USD', value: '10.00' }, payments: { captures: [{ id: 'X' }] } }
  const body = { id, status: 'COMPLETED', purchase_units: [unit] }
  await server.arm({
    match: { path: `/v2/checkout/orders/${id}` },
    action: { type: 'status', status: 200, body },
    times: 3,
  })
  expect(await failureOf(provider.showLink(id))).toMatchObject({ errorClass: 'transient' })
})

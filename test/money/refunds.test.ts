/** Refunds by the operations themselves, at a stand-in of Stripe: one for each intent, whatever becomes of answers. */
import { beforeEach, expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import type { AnyOperation } from '../../src/operations/define.ts'
import { refund } from '../../src/operations/refund.ts'
import { refundPlan } from '../../src/operations/refund/plan.ts'
import { refundRun } from '../../src/operations/refund/run.ts'
import { LIVE_KEY } from '../../src/sandbox/stripe/identity.ts'
import type { Bill } from '../../src/store/bill-rows.ts'
import { expectChainHolds } from '../support/books.ts'
import { CALL, realSession } from '../support/session.ts'
import { FAULTS, type Trouble } from '../roles/support/troubles.ts'
import { openShop, type Shop } from './support/shop.ts'

const HOUR_MS = 3_600_000
const MAKES = { method: 'POST', path: '/v1/refunds' }
const WHY = { reason: 'a part was wrong' }

let shop: Shop
let bill: Bill
let intent: string

beforeEach(async () => {
  shop = await openShop()
  await paid()
})

async function paid(method?: string): Promise<void> {
  const made = await shop.billed(`page-${method ?? 'card'}`)
  bill = made.bill
  intent = await shop.pay(made.link, method)
  await shop.scan()
}

interface Ran {
  /** How it stands with the refund; null where that was not told. */
  readonly state: string | null
  readonly error: AppError | null
}

/** An operation as it is confirmed. */
async function run(
  operation: AnyOperation,
  input: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const session = realSession({ ...shop.session, env: { ...shop.session.env, ...env } })
  try {
    const { result } = await session.run(operation, input, { ...CALL, confirmed: true })
    return { state: stateIn(result), error: null }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { state: null, error }
  } finally {
    session.close()
  }
}

function stateIn(result: unknown): string | null {
  const told: unknown = Object(result)
  const one: unknown = typeof told === 'object' && told !== null && 'refund' in told ? told.refund : null
  return typeof one === 'object' && one !== null && 'state' in one ? String(one.state) : null
}

/** So much, or all that is left. */
const give = async (amount: string | null = '9.00'): Promise<Ran> =>
  run(refund, { payment: intent, ...(amount === null ? {} : { amount }), ...WHY })

async function books() {
  const [payment] = await shop.store.payments.ofBill(bill.id)
  if (payment === undefined) throw new Error('it was not paid')
  return payment
}

async function atStripe(): Promise<(string | null)[]> {
  const { data } = await shop.server.stripe.refunds.list({ payment_intent: intent, limit: 100 })
  return data.map(({ amount, status }) => `${String(amount)} ${String(status)}`)
}

/** What to type by the alerts about refunds. */
async function alerts(): Promise<string[]> {
  const open = (await shop.store.alerts.open()).filter(({ cause }) => cause.startsWith('refund/'))
  return open.map(({ next }) => next ?? '')
}

test('a part goes back, then the rest; the bill, the receipt and the payment tell of it', async () => {
  expect(await give()).toEqual({ state: 'succeeded', error: null })
  expect(await shop.billOf(bill)).toMatchObject({ state: 'partly_refunded' })
  expect(await give(null)).toEqual({ state: 'succeeded', error: null })
  expect(await shop.billOf(bill)).toMatchObject({ state: 'refunded' })
  expect(await atStripe()).toEqual(['4000 succeeded', '900 succeeded'])
  expect(await books()).toMatchObject({
    refundedMinor: 4900,
    refunds: [{ origin: 'ours' }, { origin: 'ours' }],
  })
  expect((await give(null)).error).toMatchObject({ kind: 'refused' })
  expect((await shop.scan()).result).toMatchObject({ changed: [], differences: [] })
  const { data } = await shop.server.stripe.refunds.list({ payment_intent: intent })
  expect(data[0]?.metadata).toMatchObject({ echopilot_reason: WHY.reason })
  expectChainHolds(shop.files.path)
})

test.each<[Trouble, number, 'run' | 'scan' | 'typed again']>([
  ['an answer that is lost', 0, 'run'],
  ['an answer that is lost', 0, 'typed again'],
  ['an answer that is lost', 25, 'run'],
  ['an answer that is lost', 25, 'typed again'],
  ['an answer that is lost', 25, 'scan'],
  ['an answer that breaks off', 25, 'scan'],
  ['a cut before the effect', 0, 'scan'],
  ['a cut before the effect', 25, 'run'],
  ['an error of its own', 0, 'scan'],
  ['too many requests, for 70 s', 0, 'run'],
])('%s; after %i h it is gone on with (%s): one refund', async (trouble, hours, how) => {
  await shop.server.arm({ match: MAKES, action: FAULTS[trouble], times: 9 })
  const { error } = await give()
  expect(error).toMatchObject({ kind: 'busy' })
  const [first] = (await books()).refunds
  expect(first).toMatchObject({ state: 'sent' })
  expect(error?.hint).toContain(`echopilot refund run ${first?.id ?? ''}`)
  await fetch(`${shop.server.url}/__sandbox/faults`, { method: 'DELETE' })
  await shop.clock.advance(Math.max(hours * HOUR_MS, 120_000))
  if (how === 'scan') await shop.scan()
  else if (how === 'run') await run(refundRun, { intent: first?.id })
  else await give()
  expect(await atStripe()).toEqual(['900 succeeded'])
  expect((await books()).refunds).toMatchObject([{ id: first?.id, state: 'succeeded', reason: WHY.reason }])
  expect(await shop.billOf(bill)).toMatchObject({ state: 'partly_refunded' })
})

test('a 500 that Stripe keeps for the key is not the end, and not a second refund', async () => {
  await shop.server.arm({ match: MAKES, action: { type: 'kept-500' } })
  expect((await give()).error).toMatchObject({ kind: 'busy' })
  expect(await give()).toMatchObject({ state: 'succeeded' })
  expect(await atStripe()).toEqual(['900 succeeded'])
})

test.each<[Trouble, string, string]>([
  ['an answer that is lost', 'busy', 'nobody knows yet whether'],
  ['too many requests, for 70 s', 'busy', 'was not made yet'],
  ['a right that is lacking', 'config', 'was not made yet'],
])('%s: what is said of it is true', async (trouble, kind, words) => {
  await shop.server.arm({ match: MAKES, action: FAULTS[trouble], times: 9 })
  const { error } = await give()
  expect(error).toMatchObject({ kind, message: expect.stringContaining(words) as unknown })
  expect(await atStripe()).toHaveLength(trouble === 'an answer that is lost' ? 1 : 0)
})

test('a webhook that is faster than the answer meets the same row', async () => {
  await shop.server.arm({ match: MAKES, action: FAULTS['an answer that is lost'] })
  await give()
  for (const event of await shop.events()) await shop.take(event)
  await shop.scan()
  expect((await books()).refunds).toMatchObject([{ origin: 'ours', state: 'succeeded' }])
  expect(await atStripe()).toEqual(['900 succeeded'])
})

test('several at once make one refund of an intent, and never more than was paid', async () => {
  await run(refundPlan, { payment: intent, amount: '30.00', ...WHY })
  const id = (await books()).refunds[0]?.id
  const all = await Promise.all(Array.from({ length: 4 }, async () => run(refundRun, { intent: id })))
  expect(all.some(({ state }) => state === 'succeeded')).toBe(true)
  expect(await atStripe()).toEqual(['3000 succeeded'])
  const more = ['one', 'two', 'three'].map(async reason =>
    run(refund, { payment: intent, amount: '15', reason }),
  )
  expect((await Promise.all(more)).filter(({ state }) => state === 'succeeded')).toHaveLength(1)
  expect(await atStripe()).toEqual(['1500 succeeded', '3000 succeeded'])
})

test('what went back elsewhere meanwhile counts, also where no webhook told of it', async () => {
  await run(refundPlan, { payment: intent, amount: '40.00', ...WHY })
  await shop.server.hand('refund', { payment_intent: intent, amount: '2000' })
  const id = (await books()).refunds[0]?.id
  expect((await run(refundRun, { intent: id })).error).toMatchObject({ kind: 'refused' })
  expect(await atStripe()).toEqual(['2000 succeeded'])
  await shop.server.hand('refund', { payment_intent: intent })
  expect((await give()).error?.message).toContain('nothing is left of it')
})

test('what a bank holds is not given back', async () => {
  await run(refundPlan, { payment: intent, amount: '9.00', ...WHY })
  await shop.server.hand('dispute', { payment_intent: intent })
  const id = (await books()).refunds[0]?.id
  expect((await run(refundRun, { intent: id })).error).toMatchObject({ kind: 'refused' })
  expect(await atStripe()).toEqual([])
  expect(await shop.billOf(bill)).toMatchObject({ state: 'disputed' })
})

test.each(['succeeded', 'failed'] as const)('one that waits is followed until it has %s', async how => {
  await paid('pm_card_pendingRefund')
  expect(await give()).toMatchObject({ state: 'pending' })
  expect(await shop.billOf(bill)).toMatchObject({ state: 'partly_refunded' })
  const [made] = (await shop.server.stripe.refunds.list({ payment_intent: intent })).data
  await shop.server.hand('refund-end', { refund: made?.id ?? '', how })
  await shop.scan()
  expect((await books()).refunds).toMatchObject([{ state: how }])
  const isBack = how === 'succeeded'
  expect(await shop.billOf(bill)).toMatchObject({ state: isBack ? 'partly_refunded' : 'paid' })
  expect(await alerts()).toHaveLength(isBack ? 0 : 1)
})

test('one that fails after it had succeeded makes the bill paid again, and alerts until another is made', async () => {
  await give()
  const [made] = (await shop.server.stripe.refunds.list({ payment_intent: intent })).data
  await shop.server.hand('refund-end', { refund: made?.id ?? '', how: 'failed' })
  for (const event of await shop.events()) await shop.take(event)
  await shop.scan()
  expect(await shop.billOf(bill)).toMatchObject({ state: 'paid' })
  expect(await alerts()).toEqual([expect.stringContaining('echopilot refund plan pay_')])
  await shop.clock.advance(1_000)
  expect(await give()).toMatchObject({ state: 'succeeded' })
  await shop.scan()
  await shop.clock.advance(HOUR_MS)
  await shop.scan()
  expect(await alerts()).toEqual([])
})

test('a refund that nobody knows of for an hour calls for a person', async () => {
  await shop.server.arm({ match: MAKES, action: FAULTS['an error of its own'], times: 99 })
  await give()
  await shop.scan()
  expect(await alerts()).toEqual([])
  await shop.clock.advance(2 * HOUR_MS)
  await shop.scan()
  expect(await alerts()).toEqual([expect.stringContaining('echopilot refund run ref_')])
})

test('a plan is never made by a scan', async () => {
  await run(refundPlan, { payment: intent, ...WHY })
  await shop.scan()
  expect(await atStripe()).toEqual([])
  expect((await books()).refunds).toMatchObject([{ state: 'planned' }])
})

test('with a key of another mode nothing is given back', async () => {
  const { error } = await run(refund, { payment: intent, ...WHY }, { STRIPE_SECRET_KEY: LIVE_KEY })
  expect(error).toMatchObject({ kind: 'config' })
  expect((await books()).refunds).toEqual([])
  const none = await run(refund, { payment: intent, ...WHY }, { STRIPE_SECRET_KEY: '' })
  expect(none.error).toMatchObject({ kind: 'config' })
  expect((await books()).refunds).toEqual([])
})
